# Both README commands in a container, on Debian 12:
#   docker build -t mer .
#   docker run --rm -it -v mer-results:/mer/results -v mer-data:/mer/data mer reproduce
#   docker run --rm -it mer test
# Tried with buildah (./dev container) on 29 November 2026: both commands ran in it, all tests passed. Not tried with Docker: no daemon was at hand.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS dotnet

FROM debian:12 AS tools
ENV PATH="$PATH:/usr/share/dotnet" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates git libicu72 g++ libgtk-3-0 libatomic1 libdrm2 libdlib-dev libdlib-data libtcmalloc-minimal4 \
      python3-nbclient python3-nbconvert jupyter-notebook chromium \
    && rm -rf /var/lib/apt/lists/*
COPY --from=dotnet /usr/share/dotnet /usr/share/dotnet

# The dev container (.devcontainer) stops above; here the checkout is built in, with the kernel and the tests, so that both commands start at once.
FROM tools
WORKDIR /mer
COPY . .
RUN ./mer kernel install && ./mer test --list-tests >/dev/null
ENTRYPOINT ["./mer"]
CMD ["--help"]
