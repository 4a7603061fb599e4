package views

// tab is one page of a person in the row under the head.
type tab struct {
	Path string // below UserURL; empty for the first
	Name string
}

// tabList is in the order in which calls ask for them. The digits 1 to 6 lead to
// them.
func tabList() []tab {
	return []tab{{"", "Overview"}, {AccessPath, "Access"}, {RolesPath, "Roles"}, {SignInsPath, "Sign-ins"}, {LinksPath, "Links"}, {ProfilePath, "Profile"}}
}
