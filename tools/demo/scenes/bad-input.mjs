const ABOUT = 'Bad input is refused before it becomes an operation, in the words of the dialect that was asked.';
const NETWORKS = '/v2/private-network';

/** @param {import('../stage.mjs').Stage} stage */
export async function badInput({ api, screen, exoscale, expect, credentials }) {
  screen.scene(5, 'Bad input', ABOUT);
  const countBefore = (await exoscale.read(NETWORKS, { isQuiet: true }))['private-networks'].length;
  const refused = async (what, status, request) => {
    const { as = 'exoscale', path = NETWORKS, ...options } = request;
    const answer = await api(as, 'POST', path, options);
    screen.refusal(`${answer.status}: ${JSON.stringify(answer.body)}`);
    expect.quietly(`${what} makes no operation`, answer.headers.get('operation-id'), null);
    expect(`${what} is refused with ${status}`, answer.status, status);
    return answer.body;
  };

  const backwards = { name: 'x', 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.10', netmask: '255.255.255.0' };
  const { errors } = await refused('a range that starts after its end', 400, { body: backwards });
  expect('the message names the argument', errors.map(({ message }) => message.includes('start-ip')), [true]);

  const wrong = { ...credentials, secretKey: 'not the secret' };
  await refused('a wrong signature', 403, { body: { name: 'x' }, credentials: wrong, note: '# signed with another secret' });
  await refused('malformed JSON', 400, { body: '{"name": "x",,}' });
  const outside = { name: 'x', subnets: ['8.8.8.0/24'] };
  await refused('a public subnet', 400, { as: 'scaleway', path: '/vpc/v2/regions/fr-par/private-networks', body: outside });

  const { 'private-networks': after } = await exoscale.read(NETWORKS);
  expect('no network was made', after.length, countBefore);
}
