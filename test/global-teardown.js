// After a Jest run: the template database of test/global-setup.js goes.
const { Client } = require('pg');

module.exports = async function globalTeardown() {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${process.env.TEST_TEMPLATE} WITH (FORCE)`);
  await client.end();
};
