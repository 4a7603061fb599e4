package sinks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"keydesk/internal/audit"
)

// SignatureHeader carries the time and the HMAC-SHA-256 of what is posted, as
// "t=SECONDS,v1=HEX": over the seconds, a dot, and the body.
const SignatureHeader = "Keydesk-Signature"

// Roots reads the certificates that sinks are checked against; none is the system's.
func Roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("KEYDESK_RECORD_CA_FILE: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("KEYDESK_RECORD_CA_FILE: there is no certificate in " + file)
	}
	return pool, nil
}

// Webhook posts batches as {"lines": [...]}. Any status of the 200s says that they
// arrived; a redirect is not followed.
func Webhook(address, secret string, roots *x509.CertPool, now func() time.Time) Sink {
	client := &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			MaxConnsPerHost: 1, IdleConnTimeout: time.Minute,
		},
	}
	return Sink{"webhook", func(ctx context.Context, lines []audit.Sent) error {
		body := body(lines)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "keydesk")
		req.Header.Set(SignatureHeader, Sign([]byte(secret), now(), body))
		resp, err := client.Do(req)
		if at := (*url.Error)(nil); errors.As(err, &at) {
			return at.Err // the address may hold a secret
		}
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection serves again
		_ = resp.Body.Close()
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			return statusError(resp.StatusCode)
		}
		return nil
	}}
}

func body(lines []audit.Sent) []byte {
	b := []byte(`{"lines":[`)
	for i, l := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, l.JSON...)
	}
	return append(b, "]}\n"...)
}

// Sign is the signature header of a body.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
}
