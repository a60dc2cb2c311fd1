import { NETWORK_ID, OPERATION_ID, operationView } from '../views.fixture';
import { problemOfOperation, toOperationBody } from './operation-body';

describe('toOperationBody', () => {
  it('leaves out reason and message while there are none', () => {
    expect(toOperationBody(operationView(), '/link')).toEqual({
      id: OPERATION_ID,
      state: 'pending',
      reference: { id: NETWORK_ID, link: '/link', command: 'get-private-network' },
    });
  });

  it('tells why it failed', () => {
    const failed = operationView({ state: 'failure', reason: 'conflict', message: 'Taken.', code: 'conflict' });
    expect(toOperationBody(failed, '/link')).toMatchObject({ state: 'failure', reason: 'conflict', message: 'Taken.' });
  });
});

describe('problemOfOperation', () => {
  it('is the problem that stopped it', () => {
    const failed = operationView({ state: 'failure', reason: 'conflict', message: 'Full.', code: 'exhausted' });
    expect(problemOfOperation(failed)).toMatchObject({
      code: 'exhausted',
      message: 'Full.',
      meta: { resource: 'private-network', resourceId: NETWORK_ID },
    });
  });

  it.each([null, 'toString', 'nothing-known'])('is a fault for the code %j', (code) => {
    expect(problemOfOperation(operationView({ state: 'failure', code })).code).toBe('fault');
  });
});
