/** Starts Isthmus for a test that wants to kill the launcher without mercy. argv[2]: options as JSON. Prints what runs as JSON. */
import { startIsthmus } from '../isthmus.mjs';

const quiet = { info: () => undefined, warn: (line) => process.stderr.write(`${line}\n`) };
const isthmus = await startIsthmus({ ...JSON.parse(process.argv[2]), log: quiet });
const services = [...isthmus.services.values()].map(({ name, pid }) => ({ name, pid }));
const { postgres, redis } = isthmus.stores;
process.stdout.write(
  `${JSON.stringify({ url: isthmus.url, services, stores: [postgres, redis].map(({ url, pid }) => ({ url, pid })) })}\n`,
);
