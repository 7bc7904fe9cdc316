# Both README commands in a container:
#   docker build -t mer .
#   docker run --rm -it -v mer-results:/mer/results -v mer-data:/mer/data mer reproduce
#   docker run --rm -it mer test
# Untested as an image: no container engine was at hand. The launcher installs the same libraries, under Debian 12's names, where every gate runs both commands.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS tools
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      git g++ libgtk-3-0 libatomic1 libdrm2 libdlib-dev libdlib-data libtcmalloc-minimal4 libicu74 \
      python3-nbclient python3-nbconvert jupyter-notebook \
    && rm -rf /var/lib/apt/lists/*

# The dev container (.devcontainer) stops above; here the checkout is built in.
FROM tools
WORKDIR /mer
COPY . .
# Set-up and build, then the tests' build: both commands start at once.
RUN ./mer doctor && dotnet build MerNotebooks.sln -c Release -p:LockedRestore=true --nologo -v q
ENTRYPOINT ["./mer"]
CMD ["--help"]
