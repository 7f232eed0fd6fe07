"""Every string of the pages, in Italian and in English, side by side so that neither can be forgotten."""

from typing import Final

STRINGS: Final[dict[str, tuple[str, str]]] = {
    # Italian first, then English.
    "site.name": ("Prato circolare", "Circular Prato"),
    "site.skip": ("Vai al contenuto", "Skip to content"),
    "site.menu": ("Menu principale", "Main menu"),
    "site.other_language": ("English", "Italiano"),
    "site.footer": (
        "Dati CC BY 4.0, codice Apache 2.0. Ogni fatto riporta la sua fonte.",
        "Data CC BY 4.0, code Apache 2.0. Every fact carries its source.",
    ),
    "menu.questions": ("Domande", "Questions"),
    "menu.networks": ("Reti", "Networks"),
    "menu.stakeholders": ("Soggetti", "Stakeholders"),
    "menu.materials": ("Materiali", "Materials"),
    "menu.sparql": ("SPARQL", "SPARQL"),
    "menu.about": ("Informazioni", "About"),
    "menu.api": ("API", "API"),
    "menu.sources": ("Fonti", "Sources"),
    "menu.initiatives": ("Iniziative", "Initiatives"),
    "menu.terms": ("Vocabolario", "Vocabulary"),
    "menu.glossary": ("Glossario", "Glossary"),
    "home.title": ("Chi fa circolare Prato", "Who makes Prato circular"),
    "home.lead": (
        "Soggetti, tavoli di lavoro, progetti, materiali e flussi della città circolare, tratti da fonti pubbliche. Chi è collegato a chi, quali scambi sono possibili, quali cifre non concordano: ogni fatto ha una fonte e una data.",
        "Stakeholders, working tables, projects, materials and flows of the circular city, taken from public sources. Who is connected to whom, which exchanges are possible, which figures disagree: every fact has a source and a date.",
    ),
    "home.questions": ("Che cosa vuoi sapere?", "What would you like to know?"),
    "home.contents": ("Che cosa contiene il grafo", "What the graph holds"),
    "home.freshness": (
        "{triples} triple da {sources} fonti; la più recente è del {newest}. Revisione {revision}.",
        "{triples} triples from {sources} sources; the newest is dated {newest}. Revision {revision}.",
    ),
    "home.unknown_date": ("data ignota", "unknown date"),
    "search.label": ("Cerca nel grafo", "Search the graph"),
    "search.placeholder": ("Un nome: lana, Alia, tavolo…", "A name: wool, Alia, table…"),
    "search.button": ("Cerca", "Search"),
    "search.title": ("Ricerca", "Search"),
    "search.found": ("{n} risultati per «{q}»", "{n} results for “{q}”"),
    "search.found.one": ("Un risultato per «{q}»", "One result for “{q}”"),
    "search.nothing": ("Nessun nome contiene «{q}».", "No name contains “{q}”."),
    "search.advice": (
        "Prova con una parola sola o con una parte del nome, oppure parti da una domanda.",
        "Try a single word or part of the name, or begin with a question.",
    ),
    "questions.title": ("Domande", "Questions"),
    "questions.waiting": ("Domande in attesa di fatti", "Questions that wait for facts"),
    "questions.waiting_lead": (
        "Le fonti lette finora non dicono nulla su questi punti: le domande sono pronte per quando qualcuno porterà i fatti.",
        "The sources read so far say nothing on these points: the questions are ready for when someone brings the facts.",
    ),
    "questions.lead": (
        "Ogni domanda è un'interrogazione pronta: scegli i valori, leggi la risposta, scaricala.",
        "Each question is a query made ready: choose the values, read the answer, take it away.",
    ),
    "question.form": ("Precisa la domanda", "Narrow the question"),
    "question.ask": ("Rispondi", "Answer"),
    "question.any": ("tutti", "all"),
    "question.choose": ("scegli…", "choose…"),
    "question.required": ("obbligatorio", "required"),
    "question.answer": ("Risposta", "Answer"),
    "question.rows": ("{n} righe", "{n} rows"),
    "question.rows.one": ("Una riga", "One row"),
    "question.cut": (
        "Sono mostrate le prime {shown} righe su {total}: il file CSV le contiene tutte.",
        "The first {shown} of {total} rows are shown: the CSV file has them all.",
    ),
    "question.empty": (
        "Il grafo non contiene risposte con questi valori.",
        "The graph holds no answer for these values.",
    ),
    "question.empty_why": (
        "Può darsi che nessuna fonte ne parli: un vuoto qui non significa che nella realtà non ci sia nulla.",
        "Perhaps no source speaks of it: a gap here does not mean that there is nothing in reality.",
    ),
    "question.without": ("Poni la domanda senza valori", "Ask it without values"),
    "question.example": ("Prova un esempio", "Try an example"),
    "question.incomplete": (
        "Per rispondere serve un valore nei campi obbligatori.",
        "The required fields need a value before there is an answer.",
    ),
    "question.permalink": ("Collegamento permanente", "Permalink"),
    "question.sparql": ("Vedi l'interrogazione SPARQL", "See the SPARQL"),
    "question.open_sparql": ("Modificala nella pagina SPARQL", "Edit it on the SPARQL page"),
    "question.text": ("File .rq", ".rq file"),
    "download": ("Scarica", "Download"),
    "thing.facts": ("Che cosa si sa", "What is known"),
    "thing.property": ("Proprietà", "Property"),
    "thing.value": ("Valore", "Value"),
    "thing.source": ("Fonte", "Source"),
    "thing.undated": ("senza data", "undated"),
    "thing.original": ("pagina originale", "original page"),
    "thing.ours": ("nostra elaborazione", "our own work"),
    "thing.incoming": ("Dove compare", "Where it appears"),
    "thing.incoming_cut": (
        "Sono mostrati i primi {shown} collegamenti su {total}.",
        "The first {shown} of {total} links are shown.",
    ),
    "thing.no_facts": ("Nessuna fonte dice altro.", "No source says more."),
    "thing.data": ("Questi dati", "This data"),
    "thing.identifier": ("Identificativo", "Identifier"),
    "list.stakeholders": ("Soggetti", "Stakeholders"),
    "list.stakeholders.lead": (
        "Organizzazioni, uffici, reti e soggetti collettivi (per esempio «i cenciaioli») di cui parlano le fonti.",
        "Organisations, offices, networks and aggregate actors (such as “the rag sorters”) that the sources speak of.",
    ),
    "list.initiatives": ("Iniziative", "Initiatives"),
    "list.initiatives.lead": (
        "Strategie, tavoli, progetti, azioni, eventi, buone pratiche e infrastrutture.",
        "Strategies, tables, projects, actions, events, good practices and infrastructure.",
    ),
    "list.materials": ("Materiali", "Materials"),
    "list.materials.lead": (
        "Materiali, acque, energia e servizi che passano da un soggetto all'altro.",
        "Materials, water, energy and services that pass from one stakeholder to another.",
    ),
    "list.flows": ("Flussi", "Flows"),
    "list.flows.lead": (
        "Che cosa passa da chi a chi: osservato, stimato o potenziale.",
        "What moves from whom to whom: observed, estimated or potential.",
    ),
    "list.participations": ("Partecipazioni", "Participations"),
    "list.participations.lead": (
        "Chi prende parte a quale iniziativa, e con quale ruolo.",
        "Who takes part in which initiative, and in which role.",
    ),
    "list.observations": ("Cifre pubblicate", "Published figures"),
    "list.observations.lead": (
        "Ogni cifra con ciò che misura, l'anno e la fonte.",
        "Each figure with what it measures, its year and its source.",
    ),
    "list.indicators": ("Indicatori", "Indicators"),
    "list.indicators.lead": ("Che cosa misurano le cifre pubblicate.", "What the published figures measure."),
    "list.disagreements": ("Fonti discordi", "Sources that disagree"),
    "list.disagreements.lead": (
        "Quando due fonti danno valori diversi, li teniamo entrambi.",
        "Where two sources give different values, we keep both.",
    ),
    "list.sources": ("Fonti", "Sources"),
    "list.sources.lead": (
        "Le pagine e i documenti da cui vengono i fatti.",
        "The pages and documents the facts come from.",
    ),
    "list.filter": ("Filtra per nome", "Filter by name"),
    "list.filter_button": ("Filtra", "Filter"),
    "list.all": ("Tutti", "All"),
    "list.name": ("Nome", "Name"),
    "list.kind": ("Tipo", "Kind"),
    "list.shown": ("{n} voci", "{n} entries"),
    "list.shown.one": ("Una voce", "One entry"),
    "list.nothing": ("Nessuna voce corrisponde al filtro.", "No entry matches the filter."),
    "networks.title": ("Reti", "Networks"),
    "networks.lead": (
        "Chi è collegato a chi: perché condivide un tavolo, un progetto o un'iniziativa, perché scambia materiali, perché uno fa parte dell'altro. Dove il legame nasce da un gruppo, più il gruppo è piccolo più il legame pesa.",
        "Who is connected to whom: by sharing a table, a project or an initiative, by exchanging materials, by one being part of the other. Where a tie comes from a group, the smaller the group the more it weighs.",
    ),
    "networks.layer": ("Rete", "Network"),
    "networks.measure": ("Misura", "Measure"),
    "networks.top": ("Quanti soggetti", "How many stakeholders"),
    "networks.every": ("tutti", "all"),
    "networks.show": ("Mostra", "Show"),
    "networks.size": ("{nodes} soggetti, {edges} legami.", "{nodes} stakeholders, {edges} ties."),
    "networks.note": ("Che cosa manca a questa rete:", "What this network lacks:"),
    "networks.ranking": ("La classifica", "The ranking"),
    "networks.graph": ("La rete", "The network"),
    "networks.empty": ("Questa rete non ha legami.", "This network has no ties."),
    "measure.degree": ("Numero di legami", "Number of ties"),
    "measure.degree.about": ("quanti altri soggetti incontra", "how many others it meets"),
    "measure.strength": ("Forza dei legami", "Strength of ties"),
    "measure.strength.about": (
        "la somma dei pesi dei suoi legami: i gruppi piccoli contano di più",
        "the sum of the weights of its ties: small groups count for more",
    ),
    "measure.betweenness": ("Ruolo di ponte", "Betweenness"),
    "measure.betweenness.about": (
        "la quota di percorsi più brevi fra gli altri che passano di qui",
        "the share of shortest ways between others that pass through here",
    ),
    "measure.closeness": ("Vicinanza", "Closeness"),
    "measure.closeness.about": (
        "quanto è vicino, in media, a tutti gli altri",
        "how near it is to all others on average",
    ),
    "measure.eigenvector": ("Centralità di autovettore", "Eigenvector centrality"),
    "measure.eigenvector.about": (
        "è alta se i vicini sono a loro volta centrali",
        "high when its neighbours are central too",
    ),
    "measure.clustering": ("Coesione del vicinato", "Clustering"),
    "measure.clustering.about": (
        "quanto i suoi vicini si conoscono fra loro",
        "how far its neighbours know each other",
    ),
    "measure.k-core": ("Nucleo (k-core)", "Core (k-core)"),
    "measure.k-core.about": (
        "il nucleo più fitto a cui appartiene: ognuno vi ha almeno k legami",
        "the densest core it belongs to: everyone there has at least k ties",
    ),
    "sparql.title": ("SPARQL", "SPARQL"),
    "sparql.lead": (
        "Scrivi un'interrogazione: i prefissi del progetto sono già dichiarati e il grafo di base riunisce tutte le fonti.",
        "Write a query: the prefixes of the project are declared already, and the default graph merges every source.",
    ),
    "sparql.query": ("Interrogazione", "Query"),
    "sparql.run": ("Esegui", "Run"),
    "sparql.answer": ("Risposta", "Answer"),
    "sparql.yes": ("Sì", "Yes"),
    "sparql.no": ("No", "No"),
    "sparql.nothing": ("Nessuna riga soddisfa l'interrogazione.", "No row matches the query."),
    "sparql.cut_text": (
        "Qui sotto è mostrato solo l'inizio: scarica il file per avere tutto.",
        "Only the beginning is shown below: download the file for all of it.",
    ),
    "sparql.examples": ("Parti da una domanda", "Begin with a question"),
    "sparql.endpoint": (
        "Per i programmi: lo stesso indirizzo /sparql risponde secondo il protocollo SPARQL 1.1, in sola lettura.",
        "For programs: the address /sparql answers by the SPARQL 1.1 Protocol, read-only.",
    ),
    "sparql.starter": (
        'SELECT ?tipo (COUNT(DISTINCT ?soggetto) AS ?quanti) WHERE {\n  ?soggetto a ccg:Stakeholder ; ccg:stakeholderKind/rdfs:label ?tipo .\n  FILTER (LANG(?tipo) = "it")\n} GROUP BY ?tipo ORDER BY DESC(?quanti)',
        'SELECT ?kind (COUNT(DISTINCT ?stakeholder) AS ?howMany) WHERE {\n  ?stakeholder a ccg:Stakeholder ; ccg:stakeholderKind/rdfs:label ?kind .\n  FILTER (LANG(?kind) = "en")\n} GROUP BY ?kind ORDER BY DESC(?howMany)',
    ),
    "about.title": ("Informazioni sul grafo", "About the graph"),
    "about.what": (
        "Il grafo raccoglie quanto le fonti pubbliche dicono di Prato Circular City, la strategia con cui la città passa all'economia circolare, e dell'ecosistema che le sta intorno. Serve a chi fa ricerca, agli uffici comunali, a chi coordina i tavoli e a chi vi partecipa.",
        "The graph gathers what public sources say of Prato Circular City, the strategy by which the city turns to a circular economy, and of the ecosystem around it. It serves researchers, city offices, those who coordinate the tables and those who sit at them.",
    ),
    "about.licences": ("Licenze", "Licences"),
    "about.licence_data": (
        "Dati e vocabolario: CC BY 4.0. Chi li riusa cita questo grafo e la fonte di ogni fatto.",
        "Data and vocabulary: CC BY 4.0. Whoever reuses them cites this graph and the source of each fact.",
    ),
    "about.licence_places": (
        "Le coordinate di alcuni luoghi vengono da OpenStreetMap (ODbL): stanno in un grafo a parte e restano fuori dalle esportazioni CC BY.",
        "The coordinates of some places come from OpenStreetMap (ODbL): they lie in a graph of their own and stay out of the CC BY exports.",
    ),
    "about.licence_code": ("Codice: Apache 2.0.", "Code: Apache 2.0."),
    "about.sources": ("Fonti", "Sources"),
    "about.sources_text": (
        "I fatti vengono da {sources} fonti pubbliche. Ogni fonte ha un grafo con nome proprio; ciò che abbiamo dedotto noi (classificazioni, codici di attività, sintesi in italiano) sta nel grafo redazionale ed è indicato come nostro.",
        "The facts come from {sources} public sources. Each source has a named graph of its own; what we concluded ourselves (classifications, activity codes, summaries in Italian) lies in the editorial graph and is marked as ours.",
    ),
    "about.sources_link": ("Elenco delle fonti", "List of sources"),
    "about.gaps": ("Che cosa il grafo non sa", "What the graph does not know"),
    "about.gap_tables": (
        "Solo tre tavoli pubblicano l'elenco dei partecipanti: degli altri non si sa chi vi sieda.",
        "Only three tables publish their members: who sits at the others is not known.",
    ),
    "about.gap_pages": (
        "Di molte pagine è stata letta soltanto la parte iniziale, in una copia archiviata: quel che sta più in basso, o che è cambiato dopo, qui manca.",
        "Of many pages only the beginning was read, in a stored copy: what stands further down, or changed since, is missing here.",
    ),
    "about.gap_flows": (
        "La maggior parte dei flussi non ha una quantità pubblicata, e molte quantità sono potenziali, non misurate.",
        "Most flows have no published quantity, and many quantities are potential, not measured.",
    ),
    "about.gap_offers": (
        "Nessuna fonte riporta offerte o richieste di materiali: gli scambi possibili sono dedotti dai flussi.",
        "No source states offers of or needs for materials: possible exchanges are inferred from flows.",
    ),
    "about.gap_legal": (
        "Il grafo non stabilisce se un materiale sia rifiuto, sottoprodotto o end of waste: riporta come ne parla la fonte.",
        "The graph does not decide whether a material is waste, by-product or end of waste: it tells how the source speaks of it.",
    ),
    "about.gap_aggregates": (
        "Alcuni soggetti sono collettivi («il distretto», «le famiglie»): non sono organizzazioni.",
        "Some actors are aggregates (“the district”, “households”): they are not organisations.",
    ),
    "about.take": ("Portare via i dati", "Taking the data away"),
    "about.take_text": ("Tutto il grafo, in un file:", "The whole graph, in one file:"),
    "about.revision": ("Revisione {revision}", "Revision {revision}"),
    "api.title": ("API per i programmi", "API for programs"),
    "api.lead": (
        "Le stesse risposte delle pagine, in formati per i programmi. La descrizione delle operazioni è in inglese.",
        "The answers of the pages in formats for programs.",
    ),
    "api.openapi": ("Descrizione OpenAPI", "OpenAPI description"),
    "api.parameter": ("Parametro", "Parameter"),
    "api.about": ("Significato", "Meaning"),
    "api.example": ("Esempio", "Example"),
    "api.call": ("Prova", "Try"),
    "api.formats": ("Formati", "Formats"),
    "api.required": ("obbligatorio", "required"),
    "terms.title": ("Vocabolario", "Vocabulary"),
    "terms.lead": (
        "Le classi e le proprietà con cui il grafo è scritto, definite in italiano e in inglese.",
        "The classes and properties the graph is written with, defined in Italian and English.",
    ),
    "terms.classes": ("Classi", "Classes"),
    "terms.properties": ("Proprietà", "Properties"),
    "problem.detail": ("In dettaglio, in inglese", "In detail"),
    "problem.home": ("Torna alla pagina iniziale", "Back to the first page"),
    "problem.kind": ("Tipo di errore", "Kind of error"),
    "problem.not-found": ("Pagina non trovata", "Page not found"),
    "problem.not-found.about": (
        "A questo indirizzo non c'è nulla. Forse il nome è cambiato: prova a cercarlo.",
        "There is nothing at this address. Perhaps the name has changed: try a search.",
    ),
    "problem.bad-request": ("Richiesta non comprensibile", "Request not understood"),
    "problem.bad-request.about": (
        "La richiesta è incompleta o contraddittoria.",
        "The request is incomplete or contradicts itself.",
    ),
    "problem.bad-parameter": ("Valore non valido", "Value not valid"),
    "problem.bad-parameter.about": (
        "Un valore manca, non è previsto o non è del tipo giusto.",
        "A value is missing, unknown or of the wrong type.",
    ),
    "problem.invalid-call": ("Valore non valido", "Value not valid"),
    "problem.invalid-call.about": ("Un valore non è del tipo giusto.", "A value is of the wrong type."),
    "problem.bad-query": ("Interrogazione non comprensibile", "Query not understood"),
    "problem.bad-query.about": (
        "Il testo SPARQL contiene un errore o è annidato troppo in profondità.",
        "The SPARQL text has an error or is nested too deeply.",
    ),
    "problem.not-acceptable": ("Formato non disponibile", "No such format"),
    "problem.not-acceptable.about": (
        "La risposta non esiste in nessuno dei formati chiesti.",
        "The answer exists in none of the formats asked for.",
    ),
    "problem.method-not-allowed": ("Metodo non ammesso", "Method not allowed"),
    "problem.method-not-allowed.about": (
        "Questo indirizzo non risponde a questo metodo HTTP.",
        "This address does not answer to this HTTP method.",
    ),
    "problem.request-timeout": ("Richiesta troppo lenta", "Call too slow"),
    "problem.request-timeout.about": ("Il contenuto non è arrivato.", "The content did not arrive."),
    "problem.content-too-large": ("Richiesta troppo lunga", "Call too long"),
    "problem.content-too-large.about": (
        "L'interrogazione o il documento supera la lunghezza ammessa.",
        "The query or the document is longer than allowed.",
    ),
    "problem.unsupported-media-type": ("Tipo di contenuto non riconosciuto", "Kind of content not read"),
    "problem.unsupported-media-type.about": (
        "Il contenuto della richiesta non è di un tipo che qui si legga.",
        "The content of the call is not of a kind that is read here.",
    ),
    "problem.refused": ("Rifiutato", "Refused"),
    "problem.refused.about": (
        "La richiesta è chiara, ma qui si può soltanto leggere.",
        "The request is understood, but here one can only read.",
    ),
    "problem.bad-data": ("Dati non accettati", "Data not accepted"),
    "problem.bad-data.about": (
        "I dati contengono errori o non rispettano le regole.",
        "The data has errors or does not conform.",
    ),
    "problem.too-much": ("Limite raggiunto", "Limit reached"),
    "problem.too-much.about": (
        "L'interrogazione chiedeva più tempo o più memoria di quanto è concesso. Prova a restringerla.",
        "The query asked for more time or memory than is allowed. Try to narrow it.",
    ),
    "problem.busy": ("Già in uso", "In use"),
    "problem.busy.about": (
        "Un altro processo tiene occupato ciò che serve.",
        "Another process holds what is needed.",
    ),
    "problem.unavailable": ("Archivio non disponibile", "Store unavailable"),
    "problem.unavailable.about": (
        "Il grafo non si può leggere in questo momento.",
        "The graph cannot be read right now.",
    ),
    "problem.broken": ("Si è verificato un nostro errore", "Something of ours broke"),
    "problem.broken.about": (
        "L'errore è nel registro del server. Riprova; se rimane, segnalaci l'indirizzo e l'ora.",
        "The error is in the server's log. Try again; if it stays, tell us the address and the time.",
    ),
    "problem.other": ("Qualcosa non va", "Something is wrong"),
    "problem.other.about": ("La richiesta non si può soddisfare.", "The request cannot be met."),
}

_PLACE: Final = {"it": 0, "en": 1}


def known(key: str) -> bool:
    """Whether there is such a string."""
    return key in STRINGS


def keys(prefix: str) -> list[str]:
    """The names below a prefix, in their order: `measure.degree` and its kin give `degree` and the rest."""
    return [
        key.removeprefix(prefix)
        for key in STRINGS
        if key.startswith(prefix) and "." not in key.removeprefix(prefix)
    ]


def say(lang: str, key: str, **values: object) -> str:
    """The string of a key in a language, with values put in; where `n` is 1, the singular if there is one."""
    if values.get("n") in (1, "1") and f"{key}.one" in STRINGS:
        key = f"{key}.one"
    text = STRINGS[key][_PLACE[lang]]
    return text.format(**values) if values else text
