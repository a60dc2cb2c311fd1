/**
 * Asks in one dialect each, shows what comes back, and watches the operations that come of it.
 *
 * `read(path, {says, isQuiet})` answers the body; `says` makes of it what is shown.
 *
 * @param {{api: Function, screen: object, expect: Function, operations: object}} stage
 */
export function speakers(stage) {
  return { exoscale: exoscale(stage), scaleway: besides(stage, 'scaleway'), huawei: besides(stage, 'huawei') };
}

function exoscale(stage) {
  const { api, screen, expect, operations } = stage;
  /** A change, from its acceptance to the end of its operation, which it answers. */
  const change = async (method, path, { body, ends = 'success' } = {}) => {
    const answer = await api('exoscale', method, path, { body });
    const { id, state, reference } = answer.body;
    expect.quietly(`${method} ${path} is accepted`, [answer.status, state], [200, 'pending']);
    const { command, link } = reference;
    expect.quietly('its reference', [command, link], ['get-private-network', `/v2/private-network/${reference.id}`]);
    screen.answer(answer, `operation ${id}, ${state}, on ${link}`);
    return operations.follow(id, ends);
  };
  return { read: reader(stage, 'exoscale'), change };
}

/** A dialect that answers bodies of its own; the operation is told in headers beside them. */
function besides(stage, dialect) {
  const { api, screen, expect, operations } = stage;
  const change = async (method, path, { body, status: wanted, says = () => '' }) => {
    const answer = await api(dialect, method, path, { body });
    const { status, headers } = answer;
    expect.quietly(
      `${method} ${path} is accepted ${status === wanted ? '' : JSON.stringify(answer.body)}`,
      status,
      wanted,
    );
    screen.answer(answer, says(answer.body));
    const id = headers.get('operation-id');
    expect.quietly('the answer says where to poll', headers.get('operation-location'), `/v1/operations/${id}`);
    await operations.follow(id);
    return answer.body;
  };
  return { read: reader(stage, dialect), change };
}

function reader({ api, screen, expect }, dialect) {
  return async (path, { says = () => '', isQuiet = false } = {}) => {
    const answer = await api(dialect, 'GET', path, { isQuiet });
    expect.quietly(`GET ${path} is answered`, answer.status, 200);
    if (!isQuiet) screen.answer(answer, says(answer.body));
    return answer.body;
  };
}
