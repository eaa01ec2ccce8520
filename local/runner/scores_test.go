package runner

import "testing"

// A spreadsheet executes no cell.
func TestScoresAreInert(t *testing.T) {
	text, err := scores(false, []string{"S-1", "=1+1", "-1", "@x", "+y", "\t=z", `a,"b"`})
	if want := "S-1,'=1+1,'-1,'@x,'+y,\"\t'=z\",\"a,\"\"b\"\"\"\n"; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
}
