/** One Jest for every layer: unit beside the code, *.medium against real stores, test/e2e against running processes. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', '<rootDir>/test/chaos/', '<rootDir>/test/soak/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper: { '^@isthmus/([a-z-]+)$': '<rootDir>/libs/$1/src' },
  transform: { '^.+\\.(t|j)s$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/(?!(content-disposition|@fastify/static|@scaleway)/)'],
  globalSetup: '<rootDir>/test/global-setup.js',
  globalTeardown: '<rootDir>/test/global-teardown.js',
  setupFiles: ['<rootDir>/test/setup.js'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
