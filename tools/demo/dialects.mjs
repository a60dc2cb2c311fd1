/**
 * Asks in one dialect each, shows what comes back, and watches the operations that come of it.
 *
 * @param {{api: Function, screen: object, expect: Function, operations: object}} stage
 */
export function speakers({ api, screen, expect, operations }) {
  return { exoscale: exoscale({ api, screen, expect, operations }), scaleway: scaleway({ api, screen, expect, operations }) };
}

function exoscale({ api, screen, expect, operations }) {
  const read = async (path, options) => {
    const { status, body, ms } = await api('exoscale', 'GET', path, options);
    expect.quietly(`GET ${path} is answered`, status, 200);
    if (!options?.isQuiet) screen.answer('200', ms);
    return body;
  };
  /** A change, from its acceptance to the end of its operation. */
  const change = async (method, path, { body, ends = 'success' } = {}) => {
    const { status, body: operation, ms } = await api('exoscale', method, path, { body });
    expect.quietly(`${method} ${path} is accepted`, { status, state: operation.state }, { status: 200, state: 'pending' });
    const { id, command, link } = operation.reference;
    expect.quietly('its reference is complete', [command, link], ['get-private-network', `/v2/private-network/${id}`]);
    screen.answer(`200: operation ${operation.id} on ${link}`, ms);
    return operations.follow(operation.id, ends);
  };
  return { read, change };
}

function scaleway({ api, screen, expect, operations }) {
  const read = async (path, options) => {
    const { status, body, ms } = await api('scaleway', 'GET', path, options);
    expect.quietly(`GET ${path} is answered`, status, 200);
    if (!options?.isQuiet) screen.answer('200', ms);
    return body;
  };
  /** The body stays Scaleway's; the operation is told in headers, and beside the body where there is one. */
  const change = async (method, path, { body: given, status: wanted, says }) => {
    const { status, headers, body, ms } = await api('scaleway', method, path, { body: given });
    expect.quietly(`${method} ${path} is accepted`, { status, body: status === wanted ? null : body }, { status: wanted, body: null });
    screen.answer(`${status}${says ? `: ${says(body)}` : ''}`, ms);
    const id = headers.get('operation-id');
    expect.quietly('the answer says where to poll', headers.get('operation-location'), `/v1/operations/${id}`);
    await operations.follow(id);
    return body;
  };
  return { read, change };
}
