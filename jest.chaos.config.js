const base = require('./jest.config');

/** The long suites: processes are killed, stores are flushed and restarted. `npm run chaos`. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/chaos'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
