package serve

import (
	"context"
	"slices"

	"clinical-risk-pipeline/asl/serve/api"
)

// maxTags is the most tags that a resource has.
const maxTags = 50

type tag struct {
	Key   string `json:"key" api:"min=1,max=128"`
	Value string `json:"value" api:"max=256"`
}

// withTags returns the tags with those of a request. A new tag comes after the others.
func withTags(tags, add []tag) ([]tag, *api.Error) {
	tags = slices.Clone(tags)
	for _, t := range add {
		if i := slices.IndexFunc(tags, func(old tag) bool { return old.Key == t.Key }); i >= 0 {
			tags[i] = t
		} else {
			tags = append(tags, t)
		}
	}
	if len(tags) > maxTags {
		return nil, api.Errorf("TooManyTags", "Too many tags: a resource has at most %d tags, and would have %d", maxTags, len(tags))
	}
	return tags, nil
}

// changeTags changes the tags of a resource. The caller holds the lock.
func (s *Server) changeTags(arn string, change func([]tag) ([]tag, *api.Error)) *api.Error {
	r, err := parseARN(arn, "stateMachine", "activity")
	if err != nil {
		return err
	}
	if m := s.machines[arn]; m != nil {
		if m.Tags, err = keepIf(change, m.Tags); err == nil {
			err = s.save(m)
		}
		return err
	}
	if a := s.activities[r.arn]; a != nil {
		if a.Tags, err = keepIf(change, a.Tags); err == nil {
			err = s.saveActivity(a)
		}
		return err
	}
	return notFound(arn)
}

// keepIf returns the changed tags, or the old ones with the error.
func keepIf(change func([]tag) ([]tag, *api.Error), tags []tag) ([]tag, *api.Error) {
	changed, err := change(tags)
	if err != nil {
		return tags, err
	}
	return changed, nil
}

type tagResourceInput struct {
	ResourceARN string `json:"resourceArn" api:"required,min=1,max=256"`
	Tags        []tag  `json:"tags" api:"required"`
}

func (s *Server) tagResource(_ context.Context, in *tagResourceInput) (*empty, *api.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &empty{}, s.changeTags(in.ResourceARN, func(tags []tag) ([]tag, *api.Error) { return withTags(tags, in.Tags) })
}

type untagResourceInput struct {
	ResourceARN string   `json:"resourceArn" api:"required,min=1,max=256"`
	TagKeys     []string `json:"tagKeys" api:"required,each min=1,each max=128"`
}

func (s *Server) untagResource(_ context.Context, in *untagResourceInput) (*empty, *api.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &empty{}, s.changeTags(in.ResourceARN, func(tags []tag) ([]tag, *api.Error) {
		return slices.DeleteFunc(slices.Clone(tags), func(t tag) bool { return slices.Contains(in.TagKeys, t.Key) }), nil
	})
}

type listTagsForResourceInput struct {
	ResourceARN string `json:"resourceArn" api:"required,min=1,max=256"`
}

type listTagsForResourceOutput struct {
	Tags []tag `json:"tags"`
}

func (s *Server) listTagsForResource(_ context.Context, in *listTagsForResourceInput) (*listTagsForResourceOutput, *api.Error) {
	if _, err := parseARN(in.ResourceARN, "stateMachine", "activity"); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &listTagsForResourceOutput{Tags: []tag{}}
	switch m, a := s.machines[in.ResourceARN], s.activities[in.ResourceARN]; {
	case m != nil:
		out.Tags = append(out.Tags, m.Tags...)
	case a != nil:
		out.Tags = append(out.Tags, a.Tags...)
	default:
		return nil, notFound(in.ResourceARN)
	}
	return out, nil
}
