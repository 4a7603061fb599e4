// Package config reads and checks the settings of Keydesk: flags, environment
// variables, and files for what is secret. It refuses what it does not know.
package config

import (
	"errors"
	"path/filepath"
	"time"
)

// CLI is the command line.
type CLI struct {
	Demo        Demo        `cmd:"" help:"Try Keydesk on an embedded organisation, offline."`
	Serve       Serve       `cmd:"" help:"Serve the console for a real organisation."`
	Routes      struct{}    `cmd:"" help:"Print every route: method, path, permission, operation."`
	Policy      Policy      `cmd:"" help:"Work with the policy."`
	Audit       Audit       `cmd:"" help:"Work with the record."`
	Review      Review      `cmd:"" help:"Work with reviews of admin roles."`
	Healthcheck Healthcheck `cmd:"" help:"Exit 0 when the console at --url is alive."`
	Version     struct{}    `cmd:"" help:"Print the version."`
}

// Demo are the settings of the demo. It has no others: nothing in it is real.
type Demo struct {
	Listen     string `default:"127.0.0.1:8080" help:"Address to listen on. Beyond loopback only for a demo that others may see."`
	People     int    `default:"2000" help:"How many people work for the embedded organisation (50 to 100,000)."`
	Seed       uint64 `default:"1" help:"The same seed makes the same organisation."`
	OktaListen string `placeholder:"ADDR" help:"Also serve the embedded organisation's API on this loopback address."`
	Faults     bool   `help:"Open the fault port beside that API: POST /__faults, GET /__log, POST /__reset."`
}

// Serve are the settings of the console for a real organisation.
type Serve struct {
	Listen  string `default:"127.0.0.1:8080" env:"KEYDESK_LISTEN" help:"Address to listen on."`
	BaseURL string `env:"KEYDESK_BASE_URL" help:"Where browsers reach the console, such as https://keydesk.example.com. Default: http on the listening address, if that is loopback."`

	OktaURL       string `env:"KEYDESK_OKTA_URL" help:"The organisation, such as https://example.okta.com."`
	OktaToken     string `env:"KEYDESK_OKTA_TOKEN" help:"API token of a service account."`
	OktaTokenFile string `env:"KEYDESK_OKTA_TOKEN_FILE" help:"File that holds the API token."`

	OktaClientID       string   `env:"KEYDESK_OKTA_CLIENT_ID" help:"Client id of a service app that works in place of an API token."`
	OktaPrivateKeyFile string   `env:"KEYDESK_OKTA_PRIVATE_KEY_FILE" help:"File that holds the private key of the service app, PEM or JWK."`
	OktaScopes         []string `env:"KEYDESK_OKTA_SCOPES" sep:" " default:"okta.users.read okta.users.manage okta.roles.read okta.roles.manage okta.groups.read okta.apps.read okta.schemas.read okta.linkedObjects.read okta.logs.read" help:"Scopes that the service app asks for, separated by spaces. Leave out those that it was not granted: pages say then what they cannot show."`

	OIDCIssuer           string   `env:"KEYDESK_OIDC_ISSUER" name:"oidc-issuer" help:"OpenID Connect issuer with which staff sign in."`
	OIDCClientID         string   `env:"KEYDESK_OIDC_CLIENT_ID" name:"oidc-client-id" help:"Client id of the console at the issuer."`
	OIDCClientSecret     string   `env:"KEYDESK_OIDC_CLIENT_SECRET" name:"oidc-client-secret" help:"Client secret."`
	OIDCClientSecretFile string   `env:"KEYDESK_OIDC_CLIENT_SECRET_FILE" name:"oidc-client-secret-file" help:"File that holds the client secret."`
	OIDCScopes           []string `env:"KEYDESK_OIDC_SCOPES" name:"oidc-scopes" sep:" " default:"openid profile email groups" help:"Scopes to ask for, separated by spaces."`
	OIDCGroupsClaim      string   `env:"KEYDESK_OIDC_GROUPS_CLAIM" name:"oidc-groups-claim" default:"groups" help:"Claim that lists a person's groups."`
	OIDCOktaIDClaim      string   `env:"KEYDESK_OIDC_OKTA_ID_CLAIM" name:"oidc-okta-id-claim" help:"Claim that holds a person's Okta user id, where the subject is not it."`
	OIDCFreshACR         string   `env:"KEYDESK_OIDC_FRESH_ACR" name:"oidc-fresh-acr" help:"Kind of proof (acr) that a fresh sign-in asks the issuer for and must have. Default: any."`

	DataDir         string `default:"data" env:"KEYDESK_DATA_DIR" help:"Folder for the database and the secret key."`
	DatabaseURL     string `env:"KEYDESK_DATABASE_URL" help:"PostgreSQL database, such as postgres://keydesk:password@host/keydesk?sslmode=verify-full, for several replicas. Default: SQLite in the data folder, for one."`
	DatabaseURLFile string `env:"KEYDESK_DATABASE_URL_FILE" help:"File that holds that address."`
	SecretKey       string `env:"KEYDESK_SECRET_KEY" help:"Key of 32 bytes or more, base64. Default: a file in the data folder, made when missing. With PostgreSQL it must be given: every replica needs the same."`
	SecretKeyFile   string `env:"KEYDESK_SECRET_KEY_FILE" help:"File that holds the key."`

	RolemapShare int `default:"25" env:"KEYDESK_ROLEMAP_SHARE" help:"How much of Okta's rate limit the reading of the role map uses at most, per cent, 1 to 80. 0 turns it off; docs/REVIEWS.md."`

	PolicyFile string `env:"KEYDESK_POLICY_FILE" help:"File that says who may do what; docs/POLICY.md. Default: a policy of Keydesk's own."`

	RecordKeyFile           string `env:"KEYDESK_RECORD_KEY_FILE" help:"File of the key that signs the record, made when missing. Default: record.key in the data folder; with PostgreSQL a key that follows from the secret key, so that every replica has the same."`
	RecordKeep              string `env:"KEYDESK_RECORD_KEEP" help:"How long rows of the record are kept, in days such as 400d. Default: forever."`
	RecordStdout            bool   `env:"KEYDESK_RECORD_STDOUT" help:"Also write the record to standard output, a line of JSON for each row and each signed head."`
	RecordSyslog            string `env:"KEYDESK_RECORD_SYSLOG" help:"Also send the record to syslog (RFC 5424): udp://host:514, tcp://host:601, tls://host:6514 or unix:///dev/log."`
	RecordWebhook           string `env:"KEYDESK_RECORD_WEBHOOK" help:"Also POST the record as JSON to this address; https, but on loopback."`
	RecordWebhookSecret     string `env:"KEYDESK_RECORD_WEBHOOK_SECRET" help:"Secret that signs what is posted, 16 characters or more."`
	RecordWebhookSecretFile string `env:"KEYDESK_RECORD_WEBHOOK_SECRET_FILE" help:"File that holds that secret."`
	RecordCAFile            string `env:"KEYDESK_RECORD_CA_FILE" name:"record-ca-file" help:"Certificates (PEM) that the webhook and a tls syslog are checked against. Default: those of the system."`

	TrustedProxies []string `env:"KEYDESK_TRUSTED_PROXIES" help:"Address ranges of proxies whose X-Forwarded-For is believed. Default: none."`
	TLSCertFile    string   `env:"KEYDESK_TLS_CERT_FILE" name:"tls-cert-file" help:"Certificate, when the console serves https itself."`
	TLSKeyFile     string   `env:"KEYDESK_TLS_KEY_FILE" name:"tls-key-file" help:"Key of the certificate."`
	TimeZone       string   `default:"UTC" env:"KEYDESK_TIME_ZONE" help:"Time zone in which pages show times, such as Europe/Berlin."`
	TicketURL      string   `env:"KEYDESK_TICKET_URL" help:"Address of a ticket; %s stands for its number, else the number is put at the end."`
	LogLevel       string   `default:"info" enum:"debug,info,warn,error" env:"KEYDESK_LOG_LEVEL" help:"debug, info, warn or error."`

	Zone *time.Location `kong:"-"` // TimeZone, once Check has run
	Key  []byte         `kong:"-"` // the secret key, once Check has run

	Keep time.Duration `kong:"-"` // RecordKeep, once Check has run; 0: forever

	OktaPrivateKey string `kong:"-"` // what OktaPrivateKeyFile holds, once Check has run
}

// Policy are the commands on the policy.
type Policy struct {
	Check   PolicyCheck   `cmd:"" help:"Say whether a policy file holds, and what in it does not."`
	Print   struct{}      `cmd:"" help:"Print the default policy as a file to begin with."`
	Explain PolicyExplain `cmd:"" help:"Say whether somebody may do something to somebody, by which rule, and whom to ask."`
}

// PolicyCheck are the settings of "policy check".
type PolicyCheck struct {
	File string `arg:"" help:"The file."`
}

// PolicyExplain are the settings of "policy explain". With roles and kinds of target
// it needs no organisation.
type PolicyExplain struct {
	As     string `required:"" placeholder:"ROLE|LOGIN" help:"A role, as helpdesk or helpdesk@berlin, or the login of an operator."`
	Action string `required:"" help:"An action, as reset_factors; docs/OPERATIONS.md lists them."`
	On     string `required:"" placeholder:"KIND|LOGIN" help:"A kind of target, or the login or id of a person."`

	PolicyFile         string   `env:"KEYDESK_POLICY_FILE" help:"The policy. Default: the default."`
	OktaURL            string   `env:"KEYDESK_OKTA_URL" help:"The organisation."`
	OktaToken          string   `env:"KEYDESK_OKTA_TOKEN" help:"API token."`
	OktaTokenFile      string   `env:"KEYDESK_OKTA_TOKEN_FILE" help:"File that holds the API token."`
	OktaClientID       string   `env:"KEYDESK_OKTA_CLIENT_ID" help:"Client id of a service app."`
	OktaPrivateKeyFile string   `env:"KEYDESK_OKTA_PRIVATE_KEY_FILE" help:"File that holds the private key of the service app."`
	OktaScopes         []string `env:"KEYDESK_OKTA_SCOPES" sep:" " default:"okta.users.read okta.roles.read okta.groups.read" help:"Scopes that the service app asks for."`
}

// Organisation are the settings with which explain reaches the organisation, checked.
func (e PolicyExplain) Organisation() (Serve, error) {
	s := Serve{OktaURL: e.OktaURL, OktaToken: e.OktaToken, OktaClientID: e.OktaClientID, OktaPrivateKeyFile: e.OktaPrivateKeyFile, OktaScopes: e.OktaScopes}
	if e.OktaURL == "" {
		return s, errors.New("KEYDESK_OKTA_URL is not set: to explain by login the organisation is asked; by role and kind of target it is not")
	}
	return s, errors.Join(
		fromFile(&s.OktaToken, e.OktaTokenFile, "KEYDESK_OKTA_TOKEN"), fromFile(&s.OktaPrivateKey, e.OktaPrivateKeyFile, "KEYDESK_OKTA_PRIVATE_KEY_FILE"),
		s.checkCredential(), origin(e.OktaURL),
	)
}

// Audit are the commands on the record.
type Audit struct {
	Verify AuditVerify `cmd:"" help:"Check the record: its chain and its signed heads. Also offline, on an export."`
	Export AuditExport `cmd:"" help:"Write the whole record to standard output."`
	Key    AuditKey    `cmd:"" help:"Print the public key that the record is signed with."`
	Rotate AuditKey    `cmd:"" help:"Make a new signing key. The next signed head hands over to it; restart the console."`
}

// Review are the commands on reviews of admin roles.
type Review struct {
	Verify ReviewVerify `cmd:"" help:"Check the sealed evidence of a review, offline: names the file that differs."`
}

// ReviewVerify are the settings of "review verify".
type ReviewVerify struct {
	File string   `arg:"" help:"The bundle, as the review's page gives it."`
	Key  []string `help:"Public key to trust: the one that signed the record when the bundle was sealed, as audit key printed it, or an earlier one that handed over to it."`
}

// Kept says where the record is.
type Kept struct {
	DataDir         string `default:"data" env:"KEYDESK_DATA_DIR" help:"Folder of the database."`
	DatabaseURL     string `env:"KEYDESK_DATABASE_URL" help:"PostgreSQL database, where it is not in that folder."`
	DatabaseURLFile string `env:"KEYDESK_DATABASE_URL_FILE" help:"File that holds its address."`
	RecordKeyFile   string `env:"KEYDESK_RECORD_KEY_FILE" help:"File of the key that signs the record. Default: record.key in the data folder."`
}

// AuditVerify are the settings of "audit verify".
type AuditVerify struct {
	Kept
	File string   `arg:"" optional:"" help:"An export as JSON lines, or what was sent out. Default: the database."`
	Key  []string `help:"Public key to trust, as audit key prints it. Default for the database: that of its key file."`
	Head string   `placeholder:"ROW:HASH" help:"A row and its hash that were kept elsewhere."`
}

// AuditExport are the settings of "audit export".
type AuditExport struct {
	Kept
	Format string `default:"jsonl" enum:"jsonl,csv" help:"jsonl, which can be verified, or csv."`
}

// AuditKey are the settings of "audit key" and "audit rotate".
type AuditKey struct{ Kept }

// Healthcheck are the settings of "healthcheck".
type Healthcheck struct {
	URL string `default:"http://127.0.0.1:8080" help:"The console's address."`
}

// Database is the place of the database: its address, or its file in the data folder.
func (s *Serve) Database() string { return database(s.DatabaseURL, s.DataDir) }

// Database is the place of the database, as of serve.
func (v *Kept) Database() string { return database(v.DatabaseURL, v.DataDir) }

// SigningKey is the file of the key that signs the record; empty where the key
// follows from the secret key.
func (s *Serve) SigningKey() string { return signingKey(s.RecordKeyFile, s.DatabaseURL, s.DataDir) }

// SigningKey is the file of the key that signs the record; empty where the key
// follows from the secret key.
func (v *Kept) SigningKey() string { return signingKey(v.RecordKeyFile, v.DatabaseURL, v.DataDir) }

func signingKey(file, address, dir string) string {
	if file != "" || address != "" {
		return file
	}
	return filepath.Join(dir, "record.key")
}

func database(address, dir string) string {
	if address != "" {
		return address
	}
	return filepath.Join(dir, "keydesk.db")
}
