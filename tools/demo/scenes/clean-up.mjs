const ABOUT = 'Everything is taken down through the API, and the auditor looks at the database.';
const NETWORKS = '/v2/private-network';

/** @param {import('../stage.mjs').Stage} stage */
export async function cleanUp(stage) {
  const { screen, exoscale, scaleway, expect, runDoctor } = stage;
  screen.scene(8, 'Clean up', ABOUT);
  const { instances } = await exoscale.read('/v2/instance');
  const attached = instances.flatMap(({ id, 'private-networks': networks }) =>
    networks.map((network) => ({ path: `${NETWORKS}/${network.id}:detach`, body: { instance: { id } } })),
  );
  const detach = { method: 'PUT', path: `${NETWORKS}/{id}:detach`, body: '{"instance":{"id":"…"}}' };
  await allAtOnce(stage, `${attached.length} instances are detached`, detach, attached);
  const { 'private-networks': networks } = await exoscale.read(NETWORKS);
  const paths = networks.map(({ id }) => ({ path: `${NETWORKS}/${id}` }));
  await allAtOnce(stage, `${paths.length} networks are deleted`, { method: 'DELETE', path: `${NETWORKS}/{id}` }, paths);
  expect('Exoscale lists no network', await exoscale.read(NETWORKS), { 'private-networks': [] });
  const { total_count } = await scaleway.read('/vpc/v2/regions/fr-par/private-networks');
  expect('Scaleway lists none either', total_count, 0);

  screen.command('npm run doctor');
  expect.quietly('the auditor finds nothing', await runDoctor((line) => showVerdict(screen, line)), 0);
}

/** Many changes of one kind, shown as one. */
async function allAtOnce({ api, screen, operations, expect }, what, shown, requests) {
  const { method } = shown;
  screen.request({ ...shown, auth: api.shownProof('exoscale') }, `${requests.length} at once`);
  screen.moving(`waiting for ${requests.length} operations`);
  const ends = requests.map(async (request) => {
    const { status, body } = await api('exoscale', method, request.path, { body: request.body, isQuiet: true });
    expect.quietly(`${method} ${request.path} is accepted`, status, 200);
    return (await operations.end(body.id)).state;
  });
  expect(
    what,
    await Promise.all(ends),
    requests.map(() => 'success'),
  );
}

function showVerdict(screen, line) {
  const [, verdict, text] = /^(ok|BREACH) +(.*)$/.exec(line) ?? [];
  if (verdict === 'ok') screen.tick(text);
  else if (verdict === 'BREACH') screen.cross(text);
  else screen.detail(line);
}
