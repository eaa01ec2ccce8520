package serve

import (
	"context"
	"slices"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/store"
)

// maxActivities is the quota of activities.
const maxActivities = 100_000

// activity is a queue of tasks that workers poll. The server's lock protects it, except for the queue.
type activity struct {
	ARN, Name  string
	Created    time.Time
	Tags       []tag
	Encryption encryptionConfiguration

	queue *queue
}

// saveActivity stores an activity. The caller holds the lock.
func (s *Server) saveActivity(a *activity) *api.Error { return s.put(store.Activities, a.ARN, a) }

type createActivityInput struct {
	Name                    string                   `json:"name" api:"required,min=1,max=80"`
	Tags                    []tag                    `json:"tags"`
	EncryptionConfiguration *encryptionConfiguration `json:"encryptionConfiguration"`
}

type createActivityOutput struct {
	ActivityARN  string    `json:"activityArn"`
	CreationDate *api.Time `json:"creationDate"`
}

// createActivity is idempotent by the name and the encryption.
func (s *Server) createActivity(_ context.Context, in *createActivityInput) (*createActivityOutput, *api.Error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	r := newRevision()
	if err := (settings{encryption: in.EncryptionConfiguration}).apply(r); err != nil {
		return nil, err
	}
	tags, err := withTags(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := s.config.arn("activity:" + in.Name)
	a := s.activities[arn]
	switch {
	case a != nil && !sameSettings(&revision{Encryption: a.Encryption}, &revision{Encryption: r.Encryption}):
		return nil, api.Errorf("ActivityAlreadyExists", "Activity Already Exists: '%s'", arn)
	case a == nil && len(s.activities) >= maxActivities:
		return nil, api.Errorf("ActivityLimitExceeded", "Activity limit exceeded: %d", maxActivities)
	case a == nil:
		a = &activity{ARN: arn, Name: in.Name, Created: s.now(), Tags: tags, Encryption: r.Encryption, queue: newQueue()}
		if err := s.saveActivity(a); err != nil {
			return nil, err
		}
		s.activities[arn] = a
	}
	return &createActivityOutput{a.ARN, api.TimeOf(a.Created)}, nil
}

type activityInput struct {
	ActivityARN string `json:"activityArn" api:"required,min=1,max=256"`
}

// findActivity returns an activity. The caller holds the lock.
func (s *Server) findActivity(arn string) (*activity, *api.Error) {
	if _, err := parseARN(arn, "activity"); err != nil {
		return nil, err
	}
	a := s.activities[arn]
	if a == nil {
		return nil, api.Errorf("ActivityDoesNotExist", "Activity Does Not Exist: '%s'", arn)
	}
	return a, nil
}

type describeActivityOutput struct {
	ActivityARN             string                  `json:"activityArn"`
	Name                    string                  `json:"name"`
	CreationDate            *api.Time               `json:"creationDate"`
	EncryptionConfiguration encryptionConfiguration `json:"encryptionConfiguration"`
}

func (s *Server) describeActivity(_ context.Context, in *activityInput) (*describeActivityOutput, *api.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.findActivity(in.ActivityARN)
	if err != nil {
		return nil, err
	}
	return &describeActivityOutput{a.ARN, a.Name, api.TimeOf(a.Created), a.Encryption}, nil
}

func (s *Server) deleteActivity(_ context.Context, in *activityInput) (*empty, *api.Error) {
	if _, err := parseARN(in.ActivityARN, "activity"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.activities, in.ActivityARN)
	if err := s.store.Delete(store.Activities, in.ActivityARN); err != nil {
		return nil, storageFault(err)
	}
	return &empty{}, nil
}

type listActivitiesInput struct {
	MaxResults *int64  `json:"maxResults" api:"min=0,max=1000"`
	NextToken  *string `json:"nextToken" api:"min=1,max=1024"`
}

type listActivitiesOutput struct {
	Activities []activityItem `json:"activities"`
	NextToken  *string        `json:"nextToken,omitempty"`
}

type activityItem struct {
	ActivityARN  string    `json:"activityArn"`
	Name         string    `json:"name"`
	CreationDate *api.Time `json:"creationDate"`
}

func (s *Server) listActivities(_ context.Context, in *listActivitiesInput) (*listActivitiesOutput, *api.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]activityItem, 0, len(s.activities))
	for _, a := range s.activities {
		all = append(all, activityItem{a.ARN, a.Name, api.TimeOf(a.Created)})
	}
	slices.SortFunc(all, func(a, b activityItem) int { return compare(a.Name, b.Name) })
	activities, next, err := page(s, "ListActivities", all, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &listActivitiesOutput{activities, next}, nil
}
