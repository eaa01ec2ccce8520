package serve

import "time"

// Done returns a channel that is closed when an execution has ended. Tests wait for it.
func (s *Server) Done(arn string) <-chan struct{} {
	x, err := s.executions.find(arn)
	if err != nil {
		panic(err.Error())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

// SetNow sets the clock that tokens of pages, redrives and dates follow.
func (s *Server) SetNow(now func() time.Time) { s.now = now }

// Waiting returns the task tokens that wait for a callback.
func (s *Server) Waiting() []string {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	var all []string
	for token := range s.tokens.waiting {
		all = append(all, token)
	}
	return all
}
