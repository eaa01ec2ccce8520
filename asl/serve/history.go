package serve

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"sync"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
)

// history is the history of an execution as text: one event per line, as GetExecutionHistory answers. It is packed when the execution ends.
type history struct {
	mu     sync.Mutex
	text   []byte // of an execution that runs
	packed []byte // of one that ended
}

// add appends an event. extend changes the members of its details, unless it is nil.
func (h *history) add(event *asl.Event, extend func(details *value.Object)) {
	details := event.Attributes()
	if extend != nil {
		extend(details)
	}
	members := map[string]any{"id": event.ID, "previousEventId": event.PreviousEventID, "timestamp": api.Time(event.Timestamp), "type": event.Type}
	if details != nil {
		members[event.DetailsKey()] = details
	}
	line, err := json.Marshal(members)
	if err != nil {
		panic("serve: an event cannot be marshalled: " + err.Error()) // Details are texts and numbers.
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(append(h.text, line...), '\n')
}

// lines returns the events.
func (h *history) lines() [][]byte {
	h.mu.Lock()
	text, packed := h.text, h.packed
	h.mu.Unlock()
	if packed != nil {
		text = unpack(packed)
	}
	lines := bytes.Split(text, []byte("\n"))
	return lines[:len(lines)-1]
}

// close packs the history.
func (h *history) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.packed, h.text = pack(h.text), nil
}

// reopen unpacks the history, so that a redrive can add to it.
func (h *history) reopen() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text, h.packed = unpack(h.packed), nil
}

// events reads the events.
func (h *history) events() ([]asl.Event, error) {
	lines := h.lines()
	events := make([]asl.Event, len(lines))
	for i, line := range lines {
		if err := json.Unmarshal(line, &events[i]); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// packers are idle flate writers, which are large.
var packers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // The level is valid.
	return w
}}

func pack(text []byte) []byte {
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	var packed bytes.Buffer
	w.Reset(&packed)
	_, _ = w.Write(text) // A buffer does not fail.
	_ = w.Close()
	return bytes.Clone(packed.Bytes())
}

func unpack(packed []byte) []byte {
	text, _ := io.ReadAll(flate.NewReader(bytes.NewReader(packed))) // It was packed here; see [Server.loadExecution].
	return text
}
