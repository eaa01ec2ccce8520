package plain

import "testing"

func TestCellIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "S-1": "S-1", "=1+1": "'=1+1", "+49": "'+49", "-0.3": "'-0.3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "\t'=1", "\r=1": "\r'=1", "a=b": "a=b",
		" =1": " '=1", "\u00a0=1": "\u00a0'=1", "\ufeff=1": "\ufeff'=1", "\u200b=1": "\u200b'=1", "＝1": "'＝1", "S-1;=1+1": "S-1;'=1+1", "a\n@b": "a\n'@b",
		"wörter; mehr": "wörter; mehr", "a-b; c=d": "a-b; c=d", "=": "'=", ";": ";",
	} {
		if got := Cell(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
