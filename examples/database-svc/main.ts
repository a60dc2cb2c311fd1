/**
 * A product that needs addresses: it provisions a database with an address of its own, and removes it again. Run twice
 * or killed in the middle, it does each step once, because every request id is made of the database's id.
 *
 *   REDIS_URL=… PROJECT_ID=… node examples/run.cjs examples/database-svc/main.ts provision <databaseId> <subnetId>
 *   REDIS_URL=… PROJECT_ID=… node examples/run.cjs examples/database-svc/main.ts remove <databaseId>
 */
import { connectIpam, type IpamClient } from '@isthmus/ipam-client';
import { ProblemError } from '@isthmus/problem';

const CALLER = 'database-svc';
const { REDIS_URL: redisUrl = 'redis://127.0.0.1:6379', PROJECT_ID: projectId = '' } = process.env;

async function provision(ipam: IpamClient, databaseId: string, subnetId: string): Promise<unknown> {
  const owner = { type: 'rdb_instance', id: databaseId, name: 'orders' };
  const reservation = { projectId, requestId: `${databaseId}.reserve` };
  const { id: addressId } = await ipam.reserve({ subnetId, family: 4, tags: ['database'] }, reservation);
  try {
    return await ipam.attach({ addressId, owner }, { projectId, requestId: `${databaseId}.attach` });
  } catch (error) {
    // Not ours to keep: nobody would ever release it.
    await ipam.undo(reservation.requestId, { projectId });
    throw error;
  }
}

async function remove(ipam: IpamClient, databaseId: string): Promise<unknown> {
  const owner = { type: 'rdb_instance', id: databaseId };
  const addresses = await ipam.listOf([databaseId], { projectId });
  for (const { id: addressId } of addresses) {
    await ipam.detach({ addressId, owner }, { projectId, requestId: `${addressId}.detach.${databaseId}` });
    await ipam.release({ addressIds: [addressId] }, { projectId, requestId: `${addressId}.release` });
  }
  return { released: addresses.map(({ address }) => address) };
}

async function main([action, databaseId = '', subnetId = '']: string[]): Promise<void> {
  const { ipam, close } = connectIpam({ redisUrl, caller: CALLER });
  try {
    const work = action === 'remove' ? remove(ipam, databaseId) : provision(ipam, databaseId, subnetId);
    process.stdout.write(`${JSON.stringify(await work)}\n`);
  } catch (error) {
    const said = error instanceof ProblemError ? error.toShape() : { detail: String(error) };
    process.stdout.write(`${JSON.stringify({ problem: said })}\n`);
    process.exitCode = 1;
  } finally {
    close();
  }
}

void main(process.argv.slice(2));
