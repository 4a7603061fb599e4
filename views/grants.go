package views

// grantedBy says who consented. Okta's word is shown where it is a new one.
func grantedBy(source string) string {
	switch source {
	case "END_USER":
		return "the person"
	case "ADMIN":
		return "an administrator"
	}
	return source
}
