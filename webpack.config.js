// One bundle per app: libs are bundled by alias, node_modules stay external.
const path = require('node:path');
const fs = require('node:fs');
const nodeExternals = require('webpack-node-externals');

const libs = fs.readdirSync(path.join(__dirname, 'libs'));

module.exports = (options) => ({
  ...options,
  devtool: 'source-map',
  externals: [nodeExternals()],
  plugins: [],
  module: { rules: [{ test: /\.ts$/, exclude: /node_modules/, use: { loader: 'swc-loader' } }] },
  resolve: {
    extensions: ['.ts', '.js'],
    alias: Object.fromEntries(libs.map((lib) => [`@isthmus/${lib}$`, path.join(__dirname, 'libs', lib, 'src')])),
  },
  optimization: { minimize: false, nodeEnv: false },
  stats: 'errors-warnings',
});
