package workflow

import "testing"

func TestDefinitionDigest(t *testing.T) {
	for reason, row := range map[string]struct {
		definition any
		want       string
	}{
		// printf '"a<b"' | sha256sum
		"a text is a JSON string, without escapes for HTML": {"a<b", "f232a3c92e2a2a08b1a55cb3eab51b67ad5131479df2d9a8207d391057679e5f"},
		// printf '{"Fn::Join":["",["a",{"Ref":"B"}]]}' | sha256sum
		"references stay as they are": {map[string]any{"Fn::Join": []any{"", []any{"a", map[string]any{"Ref": "B"}}}}, "32f184f379c016936c923676933d71af3212cc06f4c6ea74071e1453323b67e8"},
	} {
		if got := DefinitionDigest(row.definition); got != row.want {
			t.Errorf("%s: got %s, want %s", reason, got, row.want)
		}
	}
}
