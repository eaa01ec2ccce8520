package jsonata

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// sharedLibrary is the library of the tests in this package.
var sharedLibrary = sync.OnceValues(func() (*Library, error) {
	dir, err := Find(".")
	if err != nil {
		return nil, err
	}
	return Open(dir)
})

func testLibrary(t testing.TB) *Library {
	t.Helper()
	library, err := sharedLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func testRuntime(t testing.TB) *Runtime {
	t.Helper()
	r, err := testLibrary(t).Runtime(RuntimeOptions{Now: func() time.Time { return time.Unix(0, 0) }, Random: rand.New(rand.NewPCG(1, 2))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}
