# What you need day by day. "make" alone lists it.

GOLANGCI := go tool -modfile=.ci/tools/go.mod golangci-lint

.PHONY: help demo dev gen test e2e check bench bars load fuzz docs image release vuln vendor

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## run the console on its embedded organisation
	go run . demo

dev: ## run the demo and rebuild it while templates change
	go tool templ generate --watch --proxy=http://127.0.0.1:8080 --cmd="go run . demo"

gen: ## write the generated files and format the source
	go tool templ fmt .
	go tool templ generate
	$(GOLANGCI) fmt

test: ## test everything but the browser, in a minute or two
	go test -short ./...

e2e: ## test in Chromium
	go test ./e2e/...

check: ## the whole gate, as it runs before a change lands
	.ci/run

bench: ## print the figures of docs/PERFORMANCE.md
	go test -run '^$$' -bench . -benchtime 200x ./internal/bench
	go test -run '^$$' -bench . -benchtime 1x ./e2e/desk

bars: ## hold the console to what docs/SECURITY.md promises, in half an hour
	.ci/bars

load: ## 200 operators for ten minutes, in an organisation of 100,000
	KEYDESK_TEST_LOAD=10m go test -count=1 -v -timeout 30m -run 'TestLoad|TestSlowClients|TestHungIssuer' ./internal/bars

fuzz: ## every fuzz target for a minute
	.ci/fuzz

docs: ## take the pictures of README and docs
	KEYDESK_E2E_DOCS=1 go test -count=1 ./e2e/...

image: ## build the container image
	docker build -t keydesk .

release: ## build the program reproducibly, with the list of what is in it
	.ci/release

vuln: ## look for known vulnerabilities (needs the internet)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

vendor: ## fetch the vendored browser files again and check them
	.ci/vendor
