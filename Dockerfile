# The console as one static program: no shell, no package manager, not root.
#
#   docker build -t keydesk .
#   docker run --rm -p 8080:8080 keydesk demo --listen 0.0.0.0:8080
#   docker run -p 8080:8080 -v keydesk-data:/data --read-only --cap-drop ALL \
#     --env-file keydesk.env keydesk

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The folder for /data is made here because the final image cannot make one.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/keydesk . && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/keydesk /keydesk
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV KEYDESK_LISTEN=:8080 KEYDESK_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/keydesk", "healthcheck"]
ENTRYPOINT ["/keydesk"]
CMD ["serve"]
