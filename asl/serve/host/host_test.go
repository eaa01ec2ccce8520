package host

import "testing"

func TestHostsOfThisMachine(t *testing.T) {
	for host, local := range map[string]bool{
		"localhost": true, "localhost:8083": true, "sync-localhost:8083": true, "127.0.0.1:8083": true, "sync-127.0.0.1": true, "127.1.2.3": true, "[::1]:8083": true,
		"states.us-east-1.localhost": true, "evil.example": false, "10.0.0.1:8083": false, "localhost.evil.example": false, "": false,
	} {
		if isLocal(host) != local {
			t.Errorf("isLocal(%q) is %v", host, !local)
		}
	}
}
