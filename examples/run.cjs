// Runs a TypeScript example without a build: node examples/run.cjs examples/database-svc/main.ts <arguments>
const path = require('node:path');
const Module = require('node:module');
const { transformFileSync } = require('@swc/core');

const ROOT = path.join(__dirname, '..');
require('reflect-metadata');

Module._extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, { configFile: path.join(ROOT, '.swcrc'), sourceMaps: 'inline' });
  module._compile(code, file);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const [, lib] = /^@isthmus\/([a-z-]+)$/.exec(request) ?? [];
  return resolve.call(this, lib ? path.join(ROOT, 'libs', lib, 'src', 'index.ts') : request, ...rest);
};

process.argv.splice(1, 1);
require(path.resolve(process.argv[1]));
