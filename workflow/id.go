package workflow

import "regexp"

// IDPattern is the regular expression of the ids of subjects and trials, for Go and JSONata: 1 to 64 letters, digits, dots,
// underscores and hyphens, the first one a letter or digit. Ids are part of S3 keys and file names, and people read them on
// terminals and in mails: no id has control characters, leads to another folder, or looks like another id.
const IDPattern = `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`

// MaxID is the length of the longest id.
const MaxID = 64

// IDRule describes [IDPattern] in error messages.
const IDRule = "must have 1 to 64 letters, digits, dots, underscores and hyphens, the first one a letter or digit"

var id = regexp.MustCompile(IDPattern)

// IsID reports whether a text is a valid id of a subject or trial.
func IsID(text string) bool { return id.MatchString(text) }
