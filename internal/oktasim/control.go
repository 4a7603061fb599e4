package oktasim

import (
	"encoding/json"
	"net/http"
)

// Control is the fault port, apart from the organisation's own address:
//
//	POST /__faults  a JSON list of Fault: replaces the faults, [] clears them
//	GET  /__log     the request log, a JSON list of Entry
//	POST /__reset   forgets faults and log
//
// It asks for no token, so it belongs on a loopback address.
func (o *Org) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /__faults", o.serveFaults)
	mux.HandleFunc("GET /__log", o.serveLog)
	mux.HandleFunc("POST /__reset", func(w http.ResponseWriter, _ *http.Request) {
		o.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (o *Org) serveFaults(w http.ResponseWriter, r *http.Request) {
	var list []Fault
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&list)
	if err == nil {
		err = o.checkFaults(list)
	}
	if err != nil {
		http.Error(w, "faults not taken: "+err.Error(), http.StatusBadRequest)
		return
	}
	o.faults.set(list)
	w.WriteHeader(http.StatusNoContent)
}

func (o *Org) serveLog(w http.ResponseWriter, _ *http.Request) {
	entries := o.Log()
	if entries == nil {
		entries = []Entry{}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(entries) // the reader hung up
}
