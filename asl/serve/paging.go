package serve

import (
	"encoding/base64"
	"encoding/json"
	"sort"
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

// pageOfNewest is like page, for entries whose newest come first. id returns the number of an entry, which falls. A page starts where the last
// one ended, although new entries come and old ones are forgotten.
func pageOfNewest[T any](s *Server, of string, entries []T, id func(i int) int, maxResults *int64, token *string) ([]T, *string, *api.Error) {
	from := 0
	if token != nil {
		t, err := s.readToken(*token)
		if err != nil || t.Of != of {
			return nil, nil, invalidToken()
		}
		from = sort.Search(len(entries), func(i int) bool { return id(i) < t.Next })
	}
	first, next, err := page(s, of, entries[from:], maxResults, nil)
	if next != nil {
		next = s.newToken(of, id(from+len(first)-1))
	}
	return first, next, err
}

// newToken returns a token.
func (s *Server) newToken(of string, next int) *string {
	text, _ := json.Marshal(pageToken{of, next, s.now().Add(tokenLife).Unix()}) // It always can.
	token := base64.RawURLEncoding.EncodeToString(text)
	return &token
}
