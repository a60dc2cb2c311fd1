// What reading an operation costs without us: Fastify and pg, one route, one prepared statement, the same answer.
import fastify from 'fastify';
import pg from 'pg';

const FIND = {
  name: 'find',
  text: `SELECT id, state, reason, message, reference_type, reference_id FROM ops.operation WHERE id = $1`,
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const app = fastify();

app.get('/v2/operation/:id', async (request, reply) => {
  const { rows } = await pool.query({ ...FIND, values: [request.params.id] });
  const [row] = rows;
  if (!row) return reply.code(404).send({ message: 'Not Found' });
  const { id, state, reason, message, reference_type: type, reference_id: referenceId } = row;
  return {
    id,
    state,
    ...(reason === null ? {} : { reason }),
    ...(message === null ? {} : { message }),
    reference: { id: referenceId, link: `/v2/${type}/${referenceId}`, command: `get-${type}` },
  };
});

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
