package inproc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// writer collects an answer under the rules that net/http's server applies.
type writer struct {
	header http.Header // what the handler edits
	sent   http.Header // as it was when the status was set; nil before
	status int
	length int64 // declared Content-Length, -1 for none
	wrote  int64
	body   bytes.Buffer
	head   bool
}

// Header returns the headers; edits after the status was set are lost.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader sets the status once. Informational answers are not kept.
func (w *writer) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("inproc: invalid status %d", status))
	}
	if w.sent != nil || status < 200 {
		return
	}
	w.status, w.sent, w.length = status, w.header.Clone(), -1
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		w.length = n
	} else {
		w.sent.Del("Content-Length")
	}
}

// Write adds to the body, where the status and the declared length allow one.
func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if !w.hasBody() {
		return 0, http.ErrBodyNotAllowed
	}
	if w.length >= 0 && w.wrote+int64(len(p)) > w.length {
		return 0, http.ErrContentLength
	}
	w.wrote += int64(len(p))
	if _, typed := w.sent["Content-Type"]; !typed && len(p) > 0 {
		w.sent.Set("Content-Type", http.DetectContentType(p))
	}
	if w.head {
		return len(p), nil
	}
	return w.body.Write(p)
}

func (w *writer) hasBody() bool {
	return w.status != http.StatusNoContent && w.status != http.StatusNotModified
}

// response is the answer as a client reads it.
func (w *writer) response(req *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	if w.sent.Get("Date") == "" {
		w.sent.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	res := &http.Response{
		Status: fmt.Sprintf("%03d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: http.NoBody, Request: req,
	}
	if w.status == http.StatusNoContent {
		w.sent.Del("Content-Length")
		w.length = -1
	}
	if w.length < 0 && w.hasBody() && (!w.head || w.wrote > 0) {
		w.length = w.wrote
		w.sent.Set("Content-Length", strconv.FormatInt(w.length, 10))
	}
	res.ContentLength = w.length
	if w.length < 0 && !w.head {
		res.ContentLength = 0
	}
	if !w.head && w.hasBody() && w.length > 0 {
		res.Body = &body{Reader: &w.body, short: w.wrote < w.length}
	}
	return res
}

// body ends with an error when the handler wrote less than it had declared,
// which a client sees as a connection cut off in the middle.
type body struct {
	io.Reader
	short  bool
	closed bool
}

var errClosed = errors.New("inproc: read on closed response body")

func (b *body) Read(p []byte) (int, error) {
	if b.closed {
		return 0, errClosed
	}
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) && b.short {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *body) Close() error {
	b.closed = true
	return nil
}
