# The daemon and tx-admin in one image.
#
#   docker build -t unanimous .
#   docker run -p 127.0.0.1:7400:7400 -v unanimous:/var/lib/unanimous unanimous
#   docker exec NAME tx-admin status
#
# With podman or buildah add --format docker to the build: an image of the other format has no health check.
# src/it/image builds it, runs it and looks at what stands here.
#
# Both images must be of one platform: the distribution holds the native libraries of the one that it was built on.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-17
ARG RUN_IMAGE=docker.io/library/eclipse-temurin:17-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
# Tests belong to the build before this one.
RUN mvn -B -ntp -q -DskipTests -pl src/dist -am package

FROM ${RUN_IMAGE}
RUN groupadd --gid 7400 unanimous \
    && useradd --uid 7400 --gid unanimous --no-create-home --home-dir /var/lib/unanimous --shell /usr/sbin/nologin unanimous \
    && install -d -o unanimous -g unanimous -m 0700 /var/lib/unanimous
COPY --from=build /src/src/dist/target/unanimous /opt/unanimous
# The start-up archives fit one JVM and one place: these.
RUN /opt/unanimous/lib/make-archives \
    && ln -s /opt/unanimous/bin/tx-admin /opt/unanimous/bin/tx-coordinator /usr/local/bin/

USER unanimous
# The decisions. Without a volume of its own they end with the container.
VOLUME /var/lib/unanimous
EXPOSE 7400
STOPSIGNAL SIGTERM
# Healthy when it answers, also in HOLD: a restart would not end that.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["tx-admin", "status", "--timeout", "3s"]
ENTRYPOINT ["tx-coordinator"]
CMD ["--data-dir", "/var/lib/unanimous", "--listen", "0.0.0.0:7400"]
