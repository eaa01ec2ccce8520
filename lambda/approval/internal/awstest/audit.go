package awstest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Audit is what only an auditor reads.
type Audit struct {
	Variables   map[string]string // the environment of the deciding function
	Written     time.Time         // when all objects were written
	Hidden      []string          // the keys of the objects that have a delete marker
	Unlocked    []string          // the keys of the objects without a lock
	Checksums   map[string]string // the checksums of objects, by key, where they differ from those of their content
	Invocations []string          // the trail's events of invocations
	Refused     []string          // the calls that AWS refuses
}

// auditing returns the name of a call that only an auditor makes, or "".
func auditing(r *http.Request) string {
	for parameter, action := range map[string]string{
		"versions": "ListObjectVersions", "retention": "GetObjectRetention", "legal-hold": "GetObjectLegalHold", "object-lock": "GetObjectLockConfiguration",
	} {
		if r.URL.Query().Has(parameter) {
			return action
		}
	}
	if strings.HasSuffix(r.URL.Path, "/configuration") {
		return "GetFunctionConfiguration"
	}
	return ""
}

// answerAuditor answers the calls that only an auditor makes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
func (s *Server) answerAuditor(action string, r *http.Request) (status int, answer string) {
	if slices.Contains(s.Audit.Refused, action) {
		return http.StatusForbidden, "AccessDenied"
	}
	key := strings.TrimPrefix(r.URL.Path, "/records/")
	switch action {
	case "ListObjectVersions":
		return http.StatusOK, s.versions(r.URL.Query().Get("prefix"))
	case "GetObjectRetention":
		if slices.Contains(s.Audit.Unlocked, key) {
			return http.StatusNotFound, "NoSuchObjectLockConfiguration"
		}
		return http.StatusOK, "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>" + s.Audit.Written.Add(365*24*time.Hour).UTC().Format(time.RFC3339) + "</RetainUntilDate></Retention>"
	case "GetObjectLegalHold":
		return http.StatusNotFound, "NoSuchObjectLockConfiguration"
	case "GetObjectLockConfiguration":
		return http.StatusOK, "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>1</Years></DefaultRetention></Rule></ObjectLockConfiguration>"
	case "GetFunctionConfiguration":
		return http.StatusOK, s.write(map[string]any{"Environment": map[string]any{"Variables": s.Audit.Variables}})
	case "DescribeLogGroups":
		return http.StatusOK, s.write(map[string]any{"logGroups": []any{
			map[string]any{"logGroupName": "trail-2"}, map[string]any{"logGroupName": "trail", "creationTime": 0, "retentionInDays": 30},
		}})
	}
	return 0, ""
}

// versions lists the objects: each has one version, and perhaps a delete marker.
func (s *Server) versions(prefix string) string {
	var b strings.Builder
	b.WriteString("<ListVersionsResult>")
	for _, key := range slices.Sorted(maps.Keys(s.Objects)) {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		entry := func(name, version string) {
			fmt.Fprintf(&b, "<%s><Key>%s</Key><VersionId>%s</VersionId><LastModified>%s</LastModified></%[1]s>",
				name, key, version, s.Audit.Written.UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		if slices.Contains(s.Audit.Hidden, key) {
			entry("DeleteMarker", "marker-1")
		}
		entry("Version", "version-1")
	}
	return b.String() + "</ListVersionsResult>"
}

// setChecksum sends the checksum of an object, if the caller asks for it.
func (s *Server) setChecksum(w http.ResponseWriter, r *http.Request, body string) {
	if r.Method == http.MethodGet && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		sum := sha256.Sum256([]byte(body))
		w.Header().Set("X-Amz-Checksum-Sha256", cmp.Or(s.Audit.Checksums[strings.TrimPrefix(r.URL.Path, "/records/")], base64.StdEncoding.EncodeToString(sum[:])))
	}
}
