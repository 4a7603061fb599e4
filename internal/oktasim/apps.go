package oktasim

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"strconv"
	"time"
)

// An application is one instance of an app that the organisation has set up:
// name says which app it is, label what this instance is called here.
type application struct {
	id, name, label    string
	status, signOnMode string
	created            time.Time
	departments        []string // whose people have it; none: everybody's
}

// Streams of chance beside the seed's own. What is founded from them leaves the
// people of a seed as they are.
const (
	streamApps = 1 + iota
	streamIdentities
	streamBelongings
)

func (o *Org) stream(n uint64) *random { return newRandom(mix(o.opts.Seed) + n) }

// foundApps sets up the company's applications, oldest first.
func (o *Org) foundApps(start time.Time) {
	rnd := o.stream(streamApps)
	made := &ids{rnd: rnd}
	at := start.Add(-9 * year)
	for _, a := range company() {
		at = at.Add(rnd.span(100 * day))
		a.id, a.created = made.next("0oa"), at
		if a.status == "" {
			a.status = "ACTIVE"
		}
		o.apps = append(o.apps, &a)
	}
}

// company lists the applications in the order they came into the house. Some
// apps are there twice, and one instance is switched off.
func company() []application {
	const saml, oidc, swa, bookmark = "SAML_2_0", "OPENID_CONNECT", "AUTO_LOGIN", "BOOKMARK"
	engineers := []string{"Engineering", "Product", "Design", "Security", "IT"}
	market := []string{"Sales", "Marketing", "Support"}
	return []application{
		{name: "google", label: "Google Workspace", signOnMode: saml},
		{name: "slack", label: "Slack Brightwater", signOnMode: saml},
		{name: "zoomus", label: "Zoom", signOnMode: saml},
		{name: "workday", label: "Workday", signOnMode: saml},
		{name: "concur", label: "Concur Travel and Expense", signOnMode: saml},
		{name: "bookmark", label: "Canteen", signOnMode: bookmark},
		{name: "bookmark", label: "Intranet", signOnMode: bookmark},
		{name: "salesforce", label: "Salesforce", signOnMode: saml, departments: market},
		{name: "salesforce", label: "Salesforce Sandbox", signOnMode: saml, departments: []string{"Sales", "IT"}},
		{name: "hubspotsaml", label: "HubSpot", signOnMode: saml, departments: []string{"Marketing"}},
		{name: "zendesk", label: "Zendesk", signOnMode: saml, departments: []string{"Support", "IT"}},
		{name: "github_enterprise", label: "GitHub Enterprise", signOnMode: saml, departments: engineers},
		{name: "jira_onprem", label: "Jira", signOnMode: saml, departments: append(engineers[:len(engineers):len(engineers)], "Support")},
		{name: "amazon_aws", label: "AWS Production", signOnMode: saml, departments: []string{"Engineering", "Security", "IT"}},
		{name: "amazon_aws", label: "AWS Staging", signOnMode: saml, departments: []string{"Engineering", "Product", "Security", "IT"}},
		{name: "pagerduty", label: "PagerDuty", signOnMode: saml, departments: []string{"Engineering", "Support"}},
		{name: "datadog", label: "Datadog", signOnMode: saml, departments: []string{"Engineering", "IT", "Security"}},
		{name: "figma", label: "Figma", signOnMode: saml, departments: []string{"Design", "Product", "Marketing"}},
		{name: "miro", label: "Miro", signOnMode: saml, departments: []string{"Design", "Product"}},
		{name: "netsuite", label: "NetSuite", signOnMode: saml, departments: []string{"Finance", "Operations"}},
		{name: "adp_workforce", label: "ADP Payroll", signOnMode: swa, departments: []string{"Finance", "People"}},
		{name: "greenhouse", label: "Greenhouse", signOnMode: saml, departments: []string{"People"}},
		{name: "docusign", label: "DocuSign", signOnMode: saml, departments: []string{"Legal", "Finance", "People", "Sales"}},
		{name: "ironclad", label: "Ironclad", signOnMode: saml, departments: []string{"Legal"}},
		{name: "oidc_client", label: "Yard Planner", signOnMode: oidc, departments: []string{"Operations"}},
		{name: "oidc_client", label: "Yard Planner (test)", signOnMode: oidc, status: "INACTIVE", departments: []string{"IT", "Operations"}},
		{name: "tableau_online", label: "Tableau", signOnMode: saml, departments: []string{"Finance", "Product", "Operations"}},
	}
}

// listAppLinks serves ListAppLinks, which has no pages. The id is the person's:
// so in the only example there is.
func (o *Org) listAppLinks(c *call, p *person) (answer, error) {
	list := make([]object, len(p.apps))
	for i, a := range p.apps {
		assignment, hidden := p.assignment(a)
		list[i] = object{
			{"id", p.id},
			{"label", a.label},
			{"linkUrl", c.base + "/home/" + a.name + "/" + a.id + "/" + strconv.Itoa(20+i)},
			{"logoUrl", c.base + "/assets/img/logos/" + a.name + ".png"},
			{"appName", a.name},
			{"appInstanceId", a.id},
			{"appAssignmentId", assignment},
			{"credentialsSetup", false},
			{"hidden", hidden},
			{"sortOrder", i},
		}
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// assignment is what a person's use of an application has of its own. It
// follows from the two: people of a department share one list, which keeps a
// large company small.
func (p *person) assignment(a *application) (id string, hidden bool) {
	sum := sha256.Sum256([]byte(p.id + a.id))
	rnd := newRandom(binary.BigEndian.Uint64(sum[:8]))
	return "0ua" + rnd.text(base62, 14) + cell, rnd.chance(5)
}
