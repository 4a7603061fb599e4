// Package sdktest has the vendor's own SDKs, their code as it comes, run every
// operation of the User API against the embedded organisation: a reading of the
// wire that nobody here wrote. It holds nothing but tests, and is a module of
// its own so that neither SDK becomes a dependency of the console.
//
//	cd internal/oktasim/sdktest && go test ./...
package sdktest
