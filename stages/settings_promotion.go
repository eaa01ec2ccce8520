package stages

// Promotion returns the promotion of the environments, in their order, that the settings describe, or nil if the promotion
// has no settings. Its pipeline synthesizes with the same settings, as environment variables: to change one, deploy the
// promotion again with the new value. [Promotion.Validate] reports missing and wrong values.
func (s Settings) Promotion() *Promotion {
	environments, _ := s.Environments() // it reports the faults
	p := Promotion{Waves: WavesOf(environments), Variables: s.variables()}
	given := false
	for key, field := range map[string]*string{
		accountKey: &p.Account, regionKey: &p.Region, connectionKey: &p.Connection, repositoryKey: &p.Repository, branchKey: &p.Branch,
	} {
		s.into(field, promotionOwner, key)
		given = given || *field != ""
	}
	var approvers string
	s.into(&approvers, promotionOwner, approversKey)
	if approvers != "" {
		p.ApproverEmails = separated(approvers)
		given = true
	}
	if !given {
		return nil
	}
	return &p
}
