//go:build never

package approval

// Another module's `go mod tidy` keeps what these programs need in go.mod and go.sum, because it reads files of every build tag
// but "ignore". No build reads this file, so no program links the AWS SDK because of it.
import (
	_ "clinical-risk-pipeline/lambda/approval/decide"
	_ "clinical-risk-pipeline/lambda/approval/request"
)
