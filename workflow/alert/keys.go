package alert

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Folder is the prefix of the events in the record store: "alerts/TRIAL/LINE/000001.json".
const Folder = "alerts/"

// The attributes of the keys in the registry, a table. Each trial has a partition.
const (
	RegistryPartition = "pk"
	RegistrySort      = "sk"
)

// Partition returns the partition of a trial, to which its roles are kept.
func Partition(trialID string) string { return "TRIAL#" + trialID }

// ClaimKey returns the sort key of the claim of a data cut: the execution that scores it.
func ClaimKey(cut string) string { return "CLAIM#" + cut }

// HeadKey returns the sort key of the head of a model; for "", the beginning of those of all models.
func HeadKey(model string) string { return "HEAD#" + model }

// DayKey returns the sort key of the last day that was watched of a model.
func DayKey(model string) string { return "DAY#" + model }

// RunKey returns the sort key of a finished run of a model.
func RunKey(model, cut string) string { return "RUN#" + model + "#" + cut }

// ItemsKey returns the beginning of the sort keys of a model's items. The subject's id follows.
func ItemsKey(model string) string { return "ITEM#" + model + "#" }

// LineLength is the length of the name of the folder of a subject's events, in hexadecimal digits: the beginning of the SHA-256 of
// "TRIAL/MODEL/SUBJECT".
const LineLength = 32

// ID returns the id of an alert: short enough to type, the same each time, and no subject's id.
func ID(trial, model, subject string, episode int) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"alert", trial, model, subject, strconv.Itoa(episode)}, "/")))
	return "al-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:16])
}

var idPattern = regexp.MustCompile(`^al-[a-z2-7]{16}$`)

// IsID reports whether a text has the form of an alert's id.
func IsID(text string) bool { return idPattern.MatchString(text) }

// Events returns the prefix of the events of an item. Keys appear in logs, so it has no subject's id.
func (i *Item) Events() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{i.Trial, i.Model, i.Subject}, "/")))
	return Folder + i.Trial + "/" + hex.EncodeToString(sum[:])[:LineLength] + "/"
}

// EventKey returns the key of the event with a number, from 1.
func (i *Item) EventKey(sequence int) string { return fmt.Sprintf("%s%06d.json", i.Events(), sequence) }

// messageID returns the id of a message: the same when it is sent again.
func messageID(trial, role, kind, on string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"message", trial, role, kind, on}, "/")))
	return "ms-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:16])
}

// addDays returns the day that many days after a day.
func addDays(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err) // every day of an item was checked by isDay
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

// isDay reports whether a text is a day, YYYY-MM-DD.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
