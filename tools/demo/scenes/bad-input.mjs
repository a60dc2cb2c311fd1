const ABOUT = 'Bad input is refused before it becomes an operation, in the words of the dialect that was asked.';
const NETWORKS = '/v2/private-network';
const BACKWARDS = { name: 'x', 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.10', netmask: '255.255.255.0' };

/** @param {import('../stage.mjs').Stage} stage */
export async function badInput({ api, screen, exoscale, expect, credentials }) {
  screen.scene(5, 'Bad input', ABOUT);
  const countNetworks = async () => (await exoscale.read(NETWORKS, { isQuiet: true }))['private-networks'].length;
  const countBefore = await countNetworks();
  const refused = async (what, status, { as = 'exoscale', path = NETWORKS, ...options }) => {
    const answer = await api(as, 'POST', path, options);
    screen.answer(answer, JSON.stringify(answer.body));
    expect(`${what} is refused`, answer.status, status);
    expect.quietly('and makes no operation', answer.headers.get('operation-id'), null);
    return answer.body;
  };

  const { message } = await refused('a range that starts after its end', 400, { body: BACKWARDS });
  expect.quietly('the message names the argument', message.includes('start-ip'), true);
  const others = { ...credentials, secretKey: 'some other secret' };
  await refused('a wrong signature', 403, {
    body: { name: 'x' },
    credentials: others,
    note: 'signed with another secret',
  });
  await refused('malformed JSON', 400, { body: '{"name": "x",,}' });
  const body = { name: 'x', subnets: ['8.8.8.0/24'] };
  await refused('a public subnet', 400, { as: 'scaleway', path: '/vpc/v2/regions/fr-par/private-networks', body });
  expect('no network was made', await countNetworks(), countBefore);
}
