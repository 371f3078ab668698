import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.model.v251.message.ACK;
import ca.uhn.hl7v2.model.v251.message.ADT_A01;
import ca.uhn.hl7v2.model.v251.message.ORU_R01;
import ca.uhn.hl7v2.model.AbstractMessage;
import ca.uhn.hl7v2.util.Terser;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** HAPI's own client: so many messages on so many connections, each waiting for its acknowledgement; a line "MSA-1 MSA-2" of each. */
public class Sender {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[0];
        int port = Integer.parseInt(arguments[1]), messages = Integer.parseInt(arguments[2]), connections = Integer.parseInt(arguments[3]);
        var threads = Executors.newFixedThreadPool(connections);
        List<Callable<List<String>>> senders = new ArrayList<>();
        for (int nth = 0; nth < connections; nth++) {
            int own = nth;
            senders.add(() -> sent(host, port, own, messages, connections));
        }
        try {
            for (Future<List<String>> sender : threads.invokeAll(senders)) {
                sender.get().forEach(System.out::println);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** One connection, of a context and threads of its own: one context gives all who ask the same connection, and closing it ends all. */
    private static List<String> sent(String host, int port, int own, int messages, int connections) throws Exception {
        List<String> told = new ArrayList<>();
        ExecutorService ownThreads = Executors.newCachedThreadPool();
        try (DefaultHapiContext context = new DefaultHapiContext()) {
            context.setExecutorService(ownThreads);
            Connection connection = context.newClient(host, port, false);
            connection.getInitiator().setTimeout(60, TimeUnit.SECONDS);
            for (int number = own; number < messages; number += connections) {
                // HAPI parses and validates the acknowledgement, and pairs it with the message by MSA-2.
                ACK ack = (ACK) connection.getInitiator().sendAndReceive(message(number));
                told.add(ack.getMSA().getAcknowledgmentCode().getValue() + " " + ack.getMSA().getMessageControlID().getValue());
            }
            connection.close();
        } finally {
            ownThreads.shutdownNow();
        }
        return told;
    }

    /** An admission, a result or, every hundredth time, a message for a processing id that nobody has. */
    private static AbstractMessage message(int number) throws Exception {
        String processing = number % 100 == 99 ? "X" : "P";
        AbstractMessage message = number % 2 == 0 ? new ADT_A01() : new ORU_R01();
        message.initQuickstart(number % 2 == 0 ? "ADT" : "ORU", number % 2 == 0 ? "A01" : "R01", processing);
        Terser fields = new Terser(message);
        fields.set("MSH-3", "HAPI");
        fields.set("MSH-10", "H" + number);
        fields.set((number % 2 == 0 ? "" : "/PATIENT_RESULT/PATIENT/") + "PID-3", "4711");
        fields.set((number % 2 == 0 ? "" : "/PATIENT_RESULT/PATIENT/") + "PID-5", "Müller");
        return message;
    }
}
