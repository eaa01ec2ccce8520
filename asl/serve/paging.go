package serve

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
)

const (
	defaultPage = 100            // the number of entries when maxResults is 0 or absent
	tokenLife   = 24 * time.Hour // how long a token of a page is valid
)

// pageToken says where the next page starts.
type pageToken struct {
	Of    string `json:"o"` // the request: a token of another one is invalid
	Next  int    `json:"n"`
	Until int64  `json:"u"`
}

// page returns the entries that a request asks for, and the token of the next page. of names the operation and its parameters.
func page[T any](s *Server, of string, entries []T, maxResults *int64, token *string) ([]T, *string, *api.Error) {
	from := 0
	if token != nil {
		t, err := s.readToken(*token)
		if err != nil || t.Of != of || t.Next > len(entries) {
			return nil, nil, invalidToken()
		}
		from = t.Next
	}
	n := defaultPage
	if maxResults != nil && *maxResults > 0 {
		n = int(*maxResults)
	}
	to := min(from+n, len(entries))
	if to == len(entries) {
		return entries[from:to], nil, nil
	}
	return entries[from:to], s.newToken(of, to), nil
}

// readToken reads a token. The error is the same for every fault.
func (s *Server) readToken(token string) (t pageToken, fault *api.Error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, &t) != nil || t.Next < 0 || t.Until < s.now().Unix() {
		return t, invalidToken()
	}
	return t, nil
}

func invalidToken() *api.Error { return api.Errorf("InvalidToken", "Invalid Token: 'Invalid token'") }

// pageOfNewest is like page, for entries whose newest come first. Its tokens count from the oldest entry, so that a page starts where the
// last one ended, although new entries came.
func pageOfNewest[T any](s *Server, of string, entries []T, maxResults *int64, token *string) ([]T, *string, *api.Error) {
	if token != nil {
		t, err := s.readToken(*token)
		if err != nil || t.Of != of {
			return nil, nil, invalidToken()
		}
		entries = entries[len(entries)-min(t.Next, len(entries)):]
	}
	first, next, err := page(s, of, entries, maxResults, nil)
	if next != nil {
		next = s.newToken(of, len(entries)-len(first))
	}
	return first, next, err
}

// newToken returns a token.
func (s *Server) newToken(of string, next int) *string {
	text, _ := json.Marshal(pageToken{of, next, s.now().Add(tokenLife).Unix()}) // It always can.
	token := base64.RawURLEncoding.EncodeToString(text)
	return &token
}
