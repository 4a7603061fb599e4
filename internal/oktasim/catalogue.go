package oktasim

import (
	"slices"
	"time"
)

const appAdmin = "APP_ADMIN"

func hasAppTargets(kind string) bool { return kind == appAdmin }

// An offer is an app as the vendor's catalogue describes it, apart from any
// instance an organisation has set up.
type offer struct {
	name, label, about   string
	category, site, mode string
	features             []string
}

// catalogue lists the apps the company has and a few that it has not.
func catalogue() []offer {
	const saml, oidc, swa = "SAML_2_0", "OPENID_CONNECT", "AUTO_LOGIN"
	push := []string{"PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION"}
	return []offer{
		{"adp_workforce", "ADP Workforce", "Payroll", "HR", "https://adp.example", swa, nil},
		{"amazon_aws", "AWS Account Federation", "Cloud accounts", "INFRASTRUCTURE", "https://aws.example", saml, nil},
		{"bookmark", "Bookmark App", "A link and no more", "COLLABORATION", "", "BOOKMARK", nil},
		{"concur", "Concur Travel and Expense", "Travel and expenses", "ERP", "https://concur.example", saml, nil},
		{"datadog", "Datadog", "Monitoring", "INFRASTRUCTURE", "https://datadog.example", saml, nil},
		{"docusign", "DocuSign", "Signatures", "CONTENT", "https://docusign.example", saml, push},
		{"dropbox", "Dropbox Business", "Files", "CONTENT", "https://dropbox.example", saml, push},
		{"figma", "Figma", "Design", "COLLABORATION", "https://figma.example", saml, nil},
		{"github_enterprise", "GitHub Enterprise Cloud", "Source code", "DEVELOPER", "https://github.example", saml, push},
		{"google", "Google Workspace", "Mail, calendars and documents", "COLLABORATION", "https://workspace.example", saml, push},
		{"greenhouse", "Greenhouse", "Recruiting", "HR", "https://greenhouse.example", saml, nil},
		{"hubspotsaml", "HubSpot", "Marketing", "CRM", "https://hubspot.example", saml, nil},
		{"ironclad", "Ironclad", "Contracts", "CONTENT", "https://ironclad.example", saml, nil},
		{"jira_onprem", "Atlassian Jira Server", "Issues", "DEVELOPER", "https://jira.example", saml, nil},
		{"miro", "Miro", "Whiteboards", "COLLABORATION", "https://miro.example", saml, nil},
		{"netsuite", "NetSuite", "Accounts", "ERP", "https://netsuite.example", saml, push},
		{"office365", "Microsoft Office 365", "Mail and documents", "COLLABORATION", "https://office.example", "WS_FEDERATION", push},
		{"oidc_client", "OpenID Connect Client", "An app of one's own", "OAUTH2", "https://openid.example", oidc, []string{"DEFAULT_PUSH_STATUS_TO_PUSH"}},
		{"pagerduty", "PagerDuty", "On call", "INFRASTRUCTURE", "https://pagerduty.example", saml, nil},
		{"salesforce", "Salesforce", "Customers", "CRM", "https://salesforce.example", saml, push},
		{"slack", "Slack", "Chat", "COLLABORATION", "https://slack.example", saml, push},
		{"tableau_online", "Tableau Cloud", "Reports", "ANALYTICS", "https://tableau.example", saml, nil},
		{"workday", "Workday", "People", "HR", "https://workday.example", saml, push},
		{"zendesk", "Zendesk", "Tickets", "CRM", "https://zendesk.example", saml, push},
		{"zoomus", "Zoom", "Meetings", "COLLABORATION", "https://zoom.example", saml, nil},
	}
}

// catalogued finds an app by its name. One the catalogue does not know can only
// have been given as a target out of band.
func catalogued(name string) (e offer, ok bool) {
	all := catalogue()
	i := slices.IndexFunc(all, func(e offer) bool { return e.name == name })
	if i < 0 {
		return offer{name: name, label: name, mode: "BROWSER_PLUGIN"}, false
	}
	return all[i], true
}

// appObject is a target. An instance is shown under its label, not its app's
// name (recorded).
func appObject(c *call, a app) object {
	if a.id != "" {
		return object{
			{"name", a.label},
			{"status", "ACTIVE"},
			{"id", a.id},
			{"_links", object{{"self", link(c.api("apps", a.id))}}},
		}
	}
	e, _ := catalogued(a.name)
	o := object{
		{"name", e.name},
		{"displayName", e.label},
		{"description", e.about},
		{"status", "ACTIVE"},
		{"lastUpdated", time.Date(2024, time.May, 14, 8, 0, 0, 0, time.UTC)},
		{"category", e.category},
		{"verificationStatus", "OKTA_VERIFIED"},
		{"website", e.site},
		{"signOnModes", []string{e.mode}},
	}
	if len(e.features) > 0 {
		o = append(o, member{"features", e.features})
	}
	logo := object{{"name", "medium"}, {"href", c.base + "/assets/img/logos/" + e.name + ".png"}, {"type", "image/png"}}
	return append(o, member{"_links", object{{"logo", []object{logo}}, {"self", link(c.api("catalog", "apps", e.name))}}})
}

// applications are all that the organisation has set up, OAuth clients
// included, in order of id.
func (o *Org) applications() []*application {
	all := slices.Clone(o.apps)
	for _, cl := range o.clients {
		all = append(all, &cl.application)
	}
	return sorted(all, func(a *application) string { return a.id })
}

// application finds an instance by its id, nil if there is none.
func (o *Org) application(id string) *application {
	all := o.applications()
	i := slices.IndexFunc(all, func(a *application) bool { return a.id == id })
	if i < 0 {
		return nil
	}
	return all[i]
}
