"""What the glossary's pages say themselves, in Italian and English."""

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "site": ("Ontologia della città circolare", "Circular City ontology"),
    "other_language": ("English", "Italiano"),
    "skip": ("Vai al contenuto", "Skip to content"),
    "lead": (
        "Ogni parola del grafo, con che cosa significa, come si lega alle altre e come la usa una città.",
        "Every word of the graph: what it means, how it ties in with the others, and how a city uses it.",
    ),
    "modules": ("Moduli", "Modules"),
    "module": ("Modulo", "Module"),
    "classes": ("Classi", "Classes"),
    "properties": ("Proprietà", "Properties"),
    "schemes": ("Schemi di concetti", "Concept schemes"),
    "scheme": ("Schema di concetti", "Concept scheme"),
    "concept": ("Concetto", "Concept"),
    "concepts": ("concetti", "concepts"),
    "code": ("Codice", "Code"),
    "definition": ("Definizione", "Definition"),
    "class": ("Classe", "Class"),
    "object": ("Proprietà che porta a una cosa", "Property that leads to a thing"),
    "datatype": ("Proprietà che dà un valore", "Property that gives a value"),
    "annotation": ("Proprietà che annota", "Property that annotates"),
    "symmetric": ("simmetrica", "symmetric"),
    "transitive": ("transitiva", "transitive"),
    "iri": ("Identificativo", "Identifier"),
    "status": ("Stato", "Status"),
    "unstable": ("instabile", "unstable"),
    "testing": ("in prova", "being tried"),
    "stable": ("stabile", "stable"),
    "diagram": ("Che cosa le sta intorno", "What is around it"),
    "diagram_of": ("Diagramma: {}", "Diagram: {}"),
    "legend": (
        "Linea tratteggiata, o ⊂: è un caso particolare di. Linea intera, o →: porta a. I nomi sono collegamenti.",
        "Dashed line, or ⊂: is a special case of. Solid line, or →: leads to. Names are links.",
    ),
    "above_class": ("Caso particolare di", "Special case of"),
    "above_property": ("Più specifica di", "More specific than"),
    "below": ("Si divide in", "Divides into"),
    "inverse": ("Al contrario", "The other way round"),
    "used_with": ("Si usa con", "Used with"),
    "leads_to": ("Porta a", "Leads to"),
    "any": ("qualunque cosa", "anything"),
    "properties_used": ("Che cosa se ne può dire", "What can be said of it"),
    "properties_into": ("Che cosa porta qui", "What leads here"),
    "property": ("Proprietà", "Property"),
    "value": ("Valore", "Value"),
    "from": ("Da", "From"),
    "itself": ("propria", "its own"),
    "rules": ("Regole per i dati", "Rules for data"),
    "rule": ("Regola", "Rule"),
    "how_many": ("Quanti", "How many"),
    "if_broken": ("Se non è rispettata", "If it is broken"),
    "Violation": ("Violazione", "Violation"),
    "Warning": ("Avviso", "Warning"),
    "Info": ("Nota", "Note"),
    "exactly": ("esattamente {}", "exactly {}"),
    "at_least": ("almeno {}", "at least {}"),
    "at_most": ("al massimo {}", "at most {}"),
    "between": ("da {} a {}", "{} to {}"),
    "example": ("Un esempio vivo", "A live example"),
    "uses_class": ("cose di questa classe nel grafo.", "things of this class in the graph."),
    "uses_property": (
        "affermazioni con questa proprietà nel grafo.",
        "statements with this property in the graph.",
    ),
    "unused": ("Il grafo caricato non la usa ancora.", "The graph that is loaded does not use it yet."),
    "no_example": (
        "Queste pagine sono state scritte senza un grafo caricato.",
        "These pages were written without a loaded graph.",
    ),
    "subject": ("Soggetto", "Subject"),
    "footer": ("Ontologia e definizioni: CC BY 4.0.", "Ontology and definitions: CC BY 4.0."),
    "core": (
        "Fondamenti: fonti, tempi, quantità, discordanze",
        "Foundations: sources, times, quantities, disagreements",
    ),
    "agent": ("Soggetti", "Stakeholders"),
    "place": ("Luoghi", "Places"),
    "governance": ("Governo: ruoli, tavoli, responsabilità", "Governance: roles, tables, responsibilities"),
    "deliberation": (
        "Deliberazione: incontri, proposte, decisioni",
        "Deliberation: meetings, proposals, decisions",
    ),
    "action": ("Iniziative e azioni", "Initiatives and actions"),
    "material": ("Materiali", "Materials"),
    "flow": ("Flussi", "Flows"),
    "symbiosis": ("Simbiosi: offerte, fabbisogni, scambi", "Symbiosis: offers, needs, exchanges"),
    "legal": ("Diritto: qualifiche, permessi, fonti", "Law: status, permits, sources"),
    "indicator": ("Indicatori", "Indicators"),
}


MODULES: Final = (
    "core",
    "agent",
    "place",
    "governance",
    "deliberation",
    "action",
    "material",
    "flow",
    "symbiosis",
    "legal",
    "indicator",
)
"""The order in which one best reads them."""


def say(key: str, lang: str, *parts: object) -> str:
    """A text in a language; the key itself where there is none, as for a module nobody has named yet."""
    italian, english = WORDS.get(key, (key, key))
    return (italian if lang == "it" else english).format(*parts)
