package oktasim

// schema is Okta's own attributes, with the company's between them: in the
// order of a profile, names first and addresses last. Okta lets an organisation
// do without a last name, and this one has people of a single name.
func (s *seeder) schema() {
	const write, read, hide = "READ_WRITE", "READ_ONLY", "HIDE"
	text := func(name, title, self string) rule {
		return rule{name: name, title: title, kind: "string", max: 100, self: self}
	}
	own := func(name, title, kind, items, self string) rule {
		return rule{name: name, title: title, kind: kind, items: items, custom: true, self: self}
	}
	s.org.schema = schema{
		{name: "firstName", title: "First name", kind: "string", min: 1, max: 50, required: true, self: write},
		{name: "lastName", title: "Last name", kind: "string", max: 50, self: write},
		text("mobilePhone", "Mobile phone", write),
		text("middleName", "Middle name", write),
		text("honorificPrefix", "Honorific prefix", write),
		text("honorificSuffix", "Honorific suffix", write),
		text("displayName", "Display name", write),
		text("nickName", "Nickname", write),
		text("title", "Title", read),
		text("department", "Department", read),
		text("division", "Division", read),
		text("costCenter", "Cost center", read),
		text("profileUrl", "Profile Url", write).as("uri"),
		text("primaryPhone", "Primary phone", write),
		text("streetAddress", "Street address", hide),
		text("city", "City", read),
		text("state", "State", hide),
		text("zipCode", "Zip code", hide),
		text("countryCode", "Country code", read).as("country-code"),
		text("postalAddress", "Postal Address", hide).upTo(4096),
		text("preferredLanguage", "Preferred language", write).as("language-code"),
		text("locale", "Locale", write).as("locale"),
		text("timezone", "Time zone", write).as("timezone"),
		text("userType", "User type", read),
		text("employeeNumber", "Employee number", read),
		text("organization", "Organization", read),
		text("managerId", "ManagerId", read),
		text("manager", "Manager", read),
		own("vip", "VIP", "boolean", "", hide),
		own("badgeNumber", "Badge number", "number", "", read),
		own("startDate", "First day", "string", "", read).upTo(10),
		own("skills", "Skills", "array", "string", write),
		own("weeklyHours", "Hours a week", "number", "", read),
		own("holidayDays", "Days of holiday", "integer", "", read),
		own("floors", "Floors the badge opens", "array", "integer", hide),
		own("dayHours", "Hours, Monday to Friday", "array", "number", read),
		own("workplace", "Place of work", "string", "", write).oneOf("office", "hybrid", "remote"),
		text("secondEmail", "Secondary email", write).as("email"),
		{name: "login", title: "Username", kind: "string", format: "email", min: 5, max: 100, required: true, self: read},
		{name: "email", title: "Primary email", kind: "string", format: "email", min: 5, max: 100, required: true, self: write},
	}
}

func (r rule) as(format string) rule {
	r.format = format
	return r
}

func (r rule) upTo(length int) rule {
	r.max = length
	return r
}

func (r rule) oneOf(values ...string) rule {
	r.enum = values
	return r
}
