import { randomUUID } from 'node:crypto';

const ABOUT = 'A range of two addresses and three instances: the third is accepted, fails, and leaves nothing behind.';
const RANGE = { 'start-ip': '10.88.0.10', 'end-ip': '10.88.0.11', netmask: '255.255.255.0' };

/** @param {import('../stage.mjs').Stage} stage */
export async function fullRange(stage) {
  const { screen, exoscale, expect } = stage;
  screen.scene(4, 'A failure on purpose', ABOUT);
  const { reference } = await exoscale.change('POST', '/v2/private-network', { body: { name: 'tiny', ...RANGE } });
  const tiny = `/v2/private-network/${reference.id}`;
  const attach = (id, ends) => exoscale.change('PUT', `${tiny}:attach`, { body: { instance: { id } }, ends });
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  await attach(first);
  await attach(second);
  const { reason, message, steps } = await attach(third, 'failure');
  expect('the reason is conflict', reason, 'conflict');
  expect('the message says what is full', message.includes('10.88.0.10 to 10.88.0.11 are in use'), true);
  expect(
    'what had been begun was undone',
    steps.filter(({ state }) => state === 'done'),
    [],
  );
  await nothingLeaked(stage, { tiny, attached: [first, second], refused: third });
  // What the message advises.
  await exoscale.change('PUT', tiny, { body: { 'end-ip': '10.88.0.12' } });
  await attach(third);
  const { leases } = await exoscale.read(tiny, { says: addressesIn });
  expect('with a wider range the third got the next address', addressOf(leases, third), '10.88.0.12');
}

async function nothingLeaked({ exoscale, expect, audit }, { tiny, attached, refused }) {
  const { leases } = await exoscale.read(tiny, { says: addressesIn });
  expect('the network still has two leases', leases.map((lease) => lease['instance-id']).sort(), [...attached].sort());
  const instance = await exoscale.read(`/v2/instance/${refused}`);
  expect('the third instance is on no network', instance['private-networks'], []);
  await audit();
}

function addressesIn({ leases }) {
  return `leased: ${leases.map(({ ip }) => ip).join(', ')}`;
}

function addressOf(leases, instance) {
  return leases.find((lease) => lease['instance-id'] === instance)?.ip;
}
