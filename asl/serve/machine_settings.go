package serve

import (
	"reflect"

	"clinical-risk-pipeline/asl/serve/api"
)

// loggingConfiguration is the LoggingConfiguration of the API. It is kept; nothing is logged.
type loggingConfiguration struct {
	Level                string           `json:"level" api:"enum=ALL|ERROR|FATAL|OFF"`
	IncludeExecutionData bool             `json:"includeExecutionData"`
	Destinations         []logDestination `json:"destinations,omitzero"`
}

type logDestination struct {
	CloudWatchLogsLogGroup *logGroup `json:"cloudWatchLogsLogGroup,omitempty"`
}

type logGroup struct {
	LogGroupARN string `json:"logGroupArn" api:"min=1,max=256"`
}

// tracingConfiguration is the TracingConfiguration of the API. It is kept; nothing is traced.
type tracingConfiguration struct {
	Enabled bool `json:"enabled"`
}

// encryptionConfiguration is the EncryptionConfiguration of the API. It is kept; nothing is encrypted.
type encryptionConfiguration struct {
	KMSKeyID                     string `json:"kmsKeyId,omitempty" api:"min=1,max=2048"`
	KMSDataKeyReusePeriodSeconds *int64 `json:"kmsDataKeyReusePeriodSeconds,omitempty" api:"min=60,max=900"`
	Type                         string `json:"type" api:"required,enum=AWS_OWNED_KEY|CUSTOMER_MANAGED_KMS_KEY"`
}

// settings are the parts of a state machine that have a default.
type settings struct {
	logging    *loggingConfiguration
	tracing    *tracingConfiguration
	encryption *encryptionConfiguration
}

// apply checks the settings that are given, and puts them into a revision.
func (s settings) apply(to *revision) *api.Error {
	if s.logging != nil {
		if err := s.logging.check(); err != nil {
			return err
		}
		to.Logging = *s.logging
		if to.Logging.Level == "" {
			to.Logging.Level = "OFF"
		}
	}
	if s.tracing != nil {
		to.Tracing = *s.tracing
	}
	if s.encryption != nil {
		if err := s.encryption.check(); err != nil {
			return err
		}
		to.Encryption = *s.encryption
	}
	return nil
}

// check applies the rule for destinations.
func (l *loggingConfiguration) check() *api.Error {
	n := len(l.Destinations)
	if n > 1 || n == 0 && l.Level != "" && l.Level != "OFF" {
		return api.Errorf("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination.")
	}
	return nil
}

// check applies the rules of the key.
func (e *encryptionConfiguration) check() *api.Error {
	owned := e.Type == "AWS_OWNED_KEY"
	if owned && (e.KMSKeyID != "" || e.KMSDataKeyReusePeriodSeconds != nil) {
		return api.Errorf("InvalidEncryptionConfiguration",
			"Invalid Encryption Configuration: kmsKeyId and kmsDataKeyReusePeriodSeconds are not allowed with AWS_OWNED_KEY.")
	}
	if !owned && e.KMSKeyID == "" {
		return api.Errorf("InvalidEncryptionConfiguration", "Invalid Encryption Configuration: kmsKeyId is required with CUSTOMER_MANAGED_KMS_KEY.")
	}
	return nil
}

// newRevision returns a revision with the default settings.
func newRevision() *revision {
	return &revision{Key: newUUID(), Logging: loggingConfiguration{Level: "OFF"}, Encryption: encryptionConfiguration{Type: "AWS_OWNED_KEY"}}
}

// sameSettings reports whether two revisions have the same settings.
func sameSettings(a, b *revision) bool {
	return reflect.DeepEqual([]any{a.Logging, a.Tracing, a.Encryption}, []any{b.Logging, b.Tracing, b.Encryption})
}
