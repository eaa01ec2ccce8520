package serve

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
)

// history is the history of an execution as text: one event per line, as GetExecutionHistory answers. It is packed when the execution ends.
type history struct {
	mu      sync.Mutex
	encoder asl.EventEncoder
	text    []byte // of an execution that runs
	packed  []byte // of one that ended
}

// add appends an event. more are members to add to its details: names and texts.
func (h *history) add(event *asl.Event, more ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := strconv.AppendInt(append(h.text, `{"id":`...), event.ID, 10)
	b = strconv.AppendInt(append(b, `,"previousEventId":`...), event.PreviousEventID, 10)
	b = api.AppendTime(append(b, `,"timestamp":`...), event.Timestamp)
	b = value.AppendString(append(b, `,"type":`...), event.Type)
	if event.Details != nil {
		b = value.AppendString(append(b, ','), event.DetailsKey())
		b = h.encoder.AppendDetails(append(b, ':'), event)
		b = b[:len(b)-1] // without the bracket
		for i := 0; i < len(more); i += 2 {
			b = value.AppendString(append(b, ','), more[i])
			b = value.AppendString(append(b, ':'), more[i+1])
		}
		b = append(b, '}')
	}
	h.text = append(b, '}', '\n')
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
	h.packed, h.text, h.encoder = pack(h.text), nil, asl.EventEncoder{}
}

// reopen unpacks the history, so that a redrive can add to it.
func (h *history) reopen() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text, h.packed = unpack(h.packed), nil
}

// check returns an error when what is packed is no history.
func (h *history) check() error {
	if h.packed == nil {
		return nil
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(h.packed)))
	if err != nil {
		return fmt.Errorf("its history: %w", err)
	}
	for line := range bytes.Lines(text) {
		if !json.Valid(line) {
			return errors.New("its history is not JSON")
		}
	}
	return nil
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
	text, _ := io.ReadAll(flate.NewReader(bytes.NewReader(packed))) // It was packed here, or checked.
	return text
}
