package stages

import "strings"

// Promotion is the promotion of the environments, in the order in which they stand, that the settings describe; nil where none of
// them is the promotion's. Its pipeline synthesizes with the same settings, as environment variables: to change one, deploy the promotion
// once more with the new value. What is missing or wrong, [Promotion.Validate] reports.
func (s Settings) Promotion() *Promotion {
	environments, _ := s.Environments() // which reports what is wrong with them
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
		for address := range strings.SplitSeq(approvers, ",") {
			p.ApproverEmails = append(p.ApproverEmails, strings.TrimSpace(address))
		}
		given = true
	}
	if !given {
		return nil
	}
	return &p
}
