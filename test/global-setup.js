// Once per Jest run: a template database with every service's migrations, which each test clones; dropped by the teardown.
const { execFileSync } = require('node:child_process');
const { Client } = require('pg');

// Several runs may share a server.
const TEMPLATE = `isthmus_template_${process.pid}`;

module.exports = async function globalSetup() {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test -- <pattern>`');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${TEMPLATE}`;
  const env = { ...process.env, DATABASE_URL: templateUrl.href, REDIS_URL: 'redis://127.0.0.1:1', LOG_LEVEL: 'warn' };
  for (const app of ['network-svc', 'ipam-svc', 'api-gateway', 'vpn-svc']) {
    execFileSync(process.execPath, [`dist/apps/${app}/main.js`, 'migrate'], { env, stdio: 'inherit' });
  }
  process.env.TEST_TEMPLATE = TEMPLATE;
};
